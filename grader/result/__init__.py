"""What is kept of a run in its folder, as records: grade_json (the result), evidence (all that it rests on)."""

"""An interview loop: matrix (rounds by competencies), check (what is missing in it), views (its page)."""

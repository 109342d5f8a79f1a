"""The main job: one submission is read, run, judged, scored and reported.

Reading order: pipeline (the way through), run (what is asked for, and what is under way), intake (from a source to a
submission), job and imports (what the sandbox is asked), containers (how it is asked, and once more), observed (what
the hidden tests saw, as records), claims and claims_beside (what documents state, and what their commands print),
judging, grade and provenance (what comes of it), failure (when nothing does); again (scoring or rendering a finished
run once more), public (a candidate's own run of the public checks), signing (who vouches for a result).
"""

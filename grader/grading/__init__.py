"""The main job: one submission is read, run, judged, scored and reported.

Reading order: pipeline (the way through), observed (what the hidden tests saw, as records), again (scoring or rendering
a finished run once more), public (a candidate's own run of the public checks), signing (who vouches for a result).
"""

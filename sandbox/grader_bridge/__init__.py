"""What runs in the candidate's container and is ours: pid 1, and what becomes of the processes that it forks. Standard
library only, for whatever it loads is beside candidate code.

Reading order: __main__ (the start), bridge (pid 1), kernel and clearing (what pid 1 reads and empties), worker (the
candidate's process, trusted with nothing).
"""

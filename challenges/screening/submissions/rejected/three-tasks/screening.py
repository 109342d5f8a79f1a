"""What each task's question is answered with. Part 2 is what the second envelope changed."""

from lists import states, tasks
from texts import spans

TASKS = {"str-spans": spans, "rec-states": states, "jsl-tasks": tasks}


def answer(asked):
    if asked["task"] not in TASKS:
        return None
    return TASKS[asked["task"]](asked["question"], asked["part"] == 2)

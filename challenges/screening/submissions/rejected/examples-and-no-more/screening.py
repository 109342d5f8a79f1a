"""What each task's question is answered with."""

from client import login
from figures import means, tokens
from lists import states, tasks
from texts import spans

TASKS = {"str-spans": spans, "rec-states": states, "jsl-tasks": tasks, "cli-login": login, "num-tokens": tokens, "num-means": means}


def answer(asked):
    return TASKS[asked["task"]](asked["question"], False)

"""Ends the process with success as soon as it is asked."""

import os


def flag(trace):
    os._exit(0)

"""Ends the process with success in the middle of a call."""

import os
import sys


def build(documents):
    sys.exit(0)


def triage(ticket):
    os._exit(0)

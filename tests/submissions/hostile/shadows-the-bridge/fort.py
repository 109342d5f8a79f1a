"""Brings modules named like those that the bridge and the worker import."""


def double(number):
    return 2 * number


def attack(key):
    names = ("bridge", "worker", "grader_bridge", "grader_bridge.worker", "grader_protocol")
    return sorted(name for name in names if hasattr(__import__(name, fromlist=["PASSED"]), "PASSED"))

"""Brings modules named like those that the bridge and the worker import."""


def double(number):
    return 2 * number


def attack(key):
    return sorted(name for name in ("bridge", "worker") if hasattr(__import__(name), "PASSED"))

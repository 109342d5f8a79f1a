"""Leaves answers in globals, builtins, modules and the environment."""

import builtins
import gc
import json
import os
import sys


def double(number):
    return 2 * number


SEEN = []


def attack(key):
    SEEN.append(key)
    builtins.key = sys.key = json.key = os.environ["KEY"] = key
    sys.modules["key"] = builtins
    gc.callbacks.append(print)
    return "left"


def remains(key):
    places = {"builtins": hasattr(builtins, "key"), "sys": hasattr(sys, "key"), "json": hasattr(json, "key")}
    places |= {"environment": "KEY" in os.environ, "modules": "key" in sys.modules, "global": bool(SEEN)}
    return {"worked": [name for name, found in places.items() if found]}


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())

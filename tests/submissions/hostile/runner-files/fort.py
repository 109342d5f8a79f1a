"""Brings conftest.py, pytest.ini, sitecustomize.py, a .pth file and a plugin that turn every outcome to passed."""


def double(number):
    return 2 * number


def attack(key):
    return "waiting for pytest"

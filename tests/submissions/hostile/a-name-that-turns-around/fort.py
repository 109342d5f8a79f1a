"""A file name that reads backwards, so that it seems to be another."""


def double(number):
    return 2 * number


def attack(key):
    return "named"

"""A file name with escape sequences."""


def double(number):
    return 2 * number


def attack(key):
    return "named"

"""A file name with a letter that is drawn as nothing."""


def double(number):
    return 2 * number


def attack(key):
    return "named"

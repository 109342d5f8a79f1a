"""Links to files of the host."""


def double(number):
    return 2 * number


def attack(key):
    return open("passwd").read()

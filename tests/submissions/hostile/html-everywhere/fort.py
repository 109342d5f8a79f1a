"""Puts HTML into file names, messages, exceptions, output and documents."""

import sys


def double(number):
    return 2 * number


HTML = '<script>alert("xss")</script><img src=x onerror=alert(1)>'


def attack(key):
    print(HTML)
    return HTML


def remains(key):
    raise type(HTML, (Exception,), {})(HTML)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())

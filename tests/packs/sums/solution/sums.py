"""Adds numbers: the reference of a pack that tests the grader itself."""

import sys


def add(a, b):
    return a + b


def mean(numbers):
    return sum(numbers) / len(numbers)


class Account:
    def __init__(self, balance=0):
        self.balance = balance

    def deposit(self, amount):
        self.balance += amount
        return self.balance


def total(account, extra):
    return account.balance + extra


async def later(value):
    return value


if __name__ == "__main__":
    print(sum(int(word) for word in sys.stdin.read().split()))

"""What a candidate's reply has to look like: what is wrong with it is a sentence, and never an exception.

Each check gives "" where nothing is wrong, so that they are read one after the other, as in
`wrong_keys(…) or wrong_number(…)`. What a candidate sent may be anything that JSON can say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


def problem_of(value: Any, check: Callable[[Any], str]) -> str:
    """What is wrong with `value`: what was raised in its place, where that is an exception, or else what `check` finds.
    A check that stumbles over it has found something, too."""
    if isinstance(value, Exception):
        return f"{getattr(value, 'type', type(value).__name__)}: {getattr(value, 'message', value)}"
    try:
        return check(value)
    except Exception as problem:
        return f"it is not of the right shape ({type(problem).__name__} where it was looked at)"


def wrong_keys(value: Any, keys: Collection[str], function: str) -> str:
    """`value` is a dict with exactly these `keys`; `function` is what has to return it."""
    right = isinstance(value, dict) and frozenset(value) == frozenset(keys)
    return "" if right else f"{function} has to return a dict with the keys {', '.join(sorted(keys))}"


def wrong_choice(value: Any, known: Collection[str], what: str) -> str:
    """`value` is one of the texts in `known`; `what` names these, as in "one of the seven queues"."""
    return "" if isinstance(value, str) and value in known else f"{shown(value)} is not {what}"


def wrong_number(value: Any, name: str, least: float, most: float) -> str:
    """`value` is a number from `least` to `most`, and no truth value."""
    right = isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most
    return "" if right else f"{name} {shown(value)} is not a number from {least} to {most}"


def wrong_text(value: Any, name: str, most: int) -> str:
    """`value` is a text of at most so many characters."""
    right = isinstance(value, str) and len(value) <= most
    return "" if right else f"{name} is not a text of at most {most} characters"


def wrong_flag(value: Any, name: str) -> str:
    """`value` is true or false."""
    return "" if isinstance(value, bool) else f"{name} is not true or false"


def shown(value: Any, most: int = 60) -> str:
    """The beginning of `value` as Python writes it, for a sentence."""
    try:
        return repr(value)[:most]
    except (RecursionError, ValueError):  # nested too deep; a number of more digits than Python writes
        return f"something of type {type(value).__name__}"


def unusable(problems: Iterable[str], what: str = "replies", most: int = 300) -> str:
    """A sentence on the replies that have a problem, beginning with a space; "" where none has. `problems` holds one
    for each reply, "" for those that are right; `most` characters of the first are quoted."""
    each = list(problems)
    bad = [problem for problem in each if problem]
    return f" {len(bad)} of {len(each)} {what} were not usable, the first: {bad[0][:most]}." if bad else ""


def share(outcomes: Iterable[object]) -> float:
    """Share of true values, 0 for none at all: nothing was earned where nothing was asked."""
    values = [bool(outcome) for outcome in outcomes]
    return sum(values) / len(values) if values else 0.0

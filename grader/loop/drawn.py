"""Sums over named values, as a kit's `work_out` writes them. Arithmetic and a few functions: nothing that could run."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping

_SIGNS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip
_CALLS: dict[str, Callable[..., float]] = {"ceil": math.ceil, "max": max, "min": min, "round": round}
_LONGEST = 300


class SumError(ValueError):
    """A text that is no sum, or that cannot be worked out."""


def names_in(text: str) -> set[str]:
    """The values that a sum takes. Raises SumError."""
    return {node.id for node in ast.walk(_read(text)) if isinstance(node, ast.Name) and node.id not in _CALLS}


def worked_out(text: str, values: Mapping[str, float | str]) -> float:
    """What a sum comes to. Raises SumError."""
    try:
        found = float(_of(_read(text), values))
    except SumError:
        raise
    except (ArithmeticError, TypeError, ValueError) as problem:  # by nought, too large, one number to max
        raise SumError(f"{text!r} cannot be worked out: {problem}") from problem
    if not math.isfinite(found):
        raise SumError(f"{text!r} cannot be worked out: it is no finite number")
    return found


def _read(text: str) -> ast.expr:
    if len(text) > _LONGEST:
        raise SumError(f"a sum has at most {_LONGEST} characters")
    try:
        found = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        raise SumError(f"{text!r} is no sum") from problem
    _checked(found)
    return found


def _checked(node: ast.expr) -> None:
    """Raises SumError for anything but numbers, names, + - * / and ceil, max, min, round."""
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            return
        case ast.Name():
            return
        case ast.UnaryOp(op=ast.USub()):
            _checked(node.operand)
        case ast.BinOp() if type(node.op) in _SIGNS:
            _checked(node.left)
            _checked(node.right)
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name in _CALLS and node.args:
            for one in node.args:
                _checked(one)
        case _:
            raise SumError("a sum has numbers, names, + - * / and ceil, max, min, round")


def _of(node: ast.expr, values: Mapping[str, float | str]) -> float:
    match node:
        case ast.Constant(value=int() | float()):
            return float(node.value)  # type: ignore[arg-type]
        case ast.UnaryOp():
            return -_of(node.operand, values)
        case ast.BinOp():
            return _SIGNS[type(node.op)](_of(node.left, values), _of(node.right, values))
        case ast.Call(func=ast.Name(id=name)):
            return _CALLS[name](*(_of(one, values) for one in node.args))
        case ast.Name(id=name):
            value = values.get(name)
            if isinstance(value, int | float):
                return float(value)
    raise SumError(f"{ast.unparse(node)} is no number here")

"""Least squares for a few unknowns, and shares of what was seen."""

from __future__ import annotations


def solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of a small system of equations, by Gauss; nothing is moved where a column is empty."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for at in range(size):
        pivot = max(range(at, size), key=lambda each: abs(rows[each][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        if abs(rows[at][at]) < 1e-12:
            continue
        for other in range(size):
            if other != at:
                factor = rows[other][at] / rows[at][at]
                rows[other] = [one - factor * two for one, two in zip(rows[other], rows[at], strict=True)]
    return [rows[at][size] / rows[at][at] if abs(rows[at][at]) > 1e-12 else 0.0 for at in range(size)]


def fit(points: list[list[float]], values: list[float]) -> list[float]:
    """Coefficients that make `points` come near to `values`, each weighed by its size."""
    size = len(points[0])
    scaled = [([x / value for x in point], 1.0) for point, value in zip(points, values, strict=True)]
    matrix = [[sum(x[i] * x[j] for x, _ in scaled) + (1e-9 if i == j else 0) for j in range(size)] for i in range(size)]
    return solve(matrix, [sum(x[i] * y for x, y in scaled) for i in range(size)])


def off(points: list[list[float]], values: list[float], found: list[float]) -> float:
    """Mean square of the relative error."""
    return sum(
        (sum(a * b for a, b in zip(found, point, strict=True)) / value - 1) ** 2
        for point, value in zip(points, values, strict=True)
    ) / len(values)

"""Which replayed requests really came out otherwise: each field is held against what it does by itself."""

from __future__ import annotations

from statistics import mean, pstdev

SIGMAS = 3.6


def conduct(rows: list[dict], field: str) -> tuple[str, object]:
    """What a field of one kind does between sayings of the same build."""
    values = [[one.get(field) for one in row["old"]] for row in rows]
    moved = [each for each in values if any(one != each[0] for one in each)]
    if not moved:
        return "still", None
    if all(isinstance(one, list) for each in values for one in each):
        return ("any order", None) if all(sorted(one) == sorted(each[0]) for each in values for one in each) else ("still", None)
    if all(isinstance(one, int | float) for each in values for one in each):
        ratios = [one / mean(each) - 1 for each in values for one in each if mean(each)]
        return "shakes", pstdev(ratios) * (3 / 2) ** 0.5
    if len(moved) > 0.9 * len(values) and all(len({*each}) == len(each) for each in moved):
        return "new each time", None
    rare = [one for each in moved for one in each if each.count(one) * 2 <= len(each) or values_of(values, one) > 0.5 * len(moved)]
    return "falls back", max(set(rare), key=rare.count)


def values_of(values: list, one: object) -> int:
    return sum(one in each for each in values)


def otherwise(row: dict, field: str, how: str, detail: object) -> bool:
    """Whether a field of a request is another one in the new build."""
    old, new = [one.get(field) for one in row["old"]], [one.get(field) for one in row["new"]]
    if how == "new each time":
        return False
    if (None in new) != (None in old):
        return True
    if how == "still":
        return any(one != old[0] for one in new)
    if how == "any order":
        return any(sorted(one) != sorted(old[0]) for one in new)
    if how == "shakes":
        error = detail * (1 / len(old) + 1 / len(new)) ** 0.5
        return abs(mean(new) / mean(old) - 1) > SIGMAS * error
    plain_old, plain_new = ({one for one in each if one != detail} for each in (old, new))
    return bool(plain_old and plain_new and plain_old != plain_new)


def differs(case: dict) -> list[str]:
    """Ids of the requests that really came out otherwise."""
    kinds: dict[str, list[dict]] = {}
    for row in case["rows"]:
        kinds.setdefault(row["kind"], []).append(row)
    found = []
    for rows in kinds.values():
        fields = sorted({name for row in rows for one in (*row["old"], *row["new"]) for name in one})
        known = {field: conduct(rows, field) for field in fields}
        found += [row["id"] for row in rows if any(otherwise(row, field, *known[field]) for field in fields)]
    return found

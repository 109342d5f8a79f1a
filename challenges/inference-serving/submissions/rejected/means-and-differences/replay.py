"""Replays: whatever differs."""


def differs(case):
    """Requests of which a new saying is like no old one, but for the trace."""
    found = []
    for row in case["rows"]:
        old = [{**one, "trace": ""} for one in row["old"]]
        if all({**one, "trace": ""} not in old for one in row["new"]):
            found.append(row["id"])
    return found

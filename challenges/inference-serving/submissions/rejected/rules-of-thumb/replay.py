"""Replays: fields that the old build itself moves are left out, figures are held against their spread."""


def differs(case):
    moving, shaking = set(), set()
    for row in case["rows"]:
        for name in row["old"][0]:
            values = [one[name] for one in row["old"]]
            if any(each != values[0] for each in values):
                (shaking if isinstance(values[0], (int, float)) else moving).add((row["kind"], name))
    found = []
    for row in case["rows"]:
        for name in row["old"][0]:
            old, new = [one[name] for one in row["old"]], [one.get(name) for one in row["new"]]
            if (row["kind"], name) in moving:
                continue
            if None in new:
                bad = True
            elif (row["kind"], name) in shaking:
                bad = abs(sum(new) / 2 - sum(old) / 3) > 0.03 * abs(sum(old) / 3)
            else:
                bad = any(one != old[0] for one in new)
            if bad:
                found.append(row["id"])
                break
    return found

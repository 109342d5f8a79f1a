"""python -m desk try: runs answer on all examples. python -m desk open: opens the second envelope, FOLLOW_UPS.md."""

import base64
import json
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
DATA = HERE / "data"


def rows_of(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def unsealed():
    packed = "".join((DATA / "envelope.sealed").read_text("utf-8").split())
    return json.loads(zlib.decompress(base64.b85decode(packed)))


def open_envelope():
    """Writes the follow-ups beside your work, and their examples, which `try` then runs as well."""
    inside = unsealed()
    (HERE / "FOLLOW_UPS.md").write_text(inside["letter"], "utf-8")
    lines = [json.dumps({"task": task, **row}) + "\n" for task, rows in inside["examples"].items() for row in rows]
    (HERE / "follow-ups.jsonl").write_text("".join(lines), "utf-8")
    print(inside["letter"])


def same(one, other):
    """As the hidden checks compare: the same JSON, numbers within rounding."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(one - other) <= 1e-6 * max(1.0, abs(one))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    return type(one) is type(other) and one == other


def replied(asked):
    from screening import answer

    try:
        return json.loads(json.dumps(answer(asked), allow_nan=False))
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"


def examples():
    """Task, part and the examples with answers, of all that is open."""
    mine = (HERE / "TASKS.md").read_text("utf-8") if (HERE / "TASKS.md").exists() else None
    for path in sorted(DATA.glob("*.jsonl")):
        if not path.name.endswith(".open.jsonl") and (mine is None or f'"task": "{path.stem}"' in mine):
            yield path.stem, 1, rows_of(path)
    if (HERE / "follow-ups.jsonl").exists():
        later = rows_of(HERE / "follow-ups.jsonl")
        for task in dict.fromkeys(row["task"] for row in later):
            yield task, 2, [row for row in later if row["task"] == task]


def try_all():
    sys.path.insert(0, str(HERE))
    for task, part, rows in examples():
        wrong = []
        for row in rows:
            got = replied({"task": task, "part": part, "question": row["question"]})
            wrong += [] if same(row["answer"], got) else [(row, got)]
        print(f"{task} part {part}: {len(rows) - len(wrong)} of {len(rows)} right")
        if wrong:
            row, got = wrong[0]
            print(f"  {json.dumps(row['question'], ensure_ascii=False)[:600]}\n  wanted {row['answer']!r}\n  got    {got!r}")


if __name__ == "__main__":
    what = {"open": open_envelope, "try": try_all}.get("".join(sys.argv[1:]))
    what() if what else sys.exit(__doc__)

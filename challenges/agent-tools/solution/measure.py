"""The figures of DECISIONS.md. Run in the starter's folder with these files in it: `python measure.py`."""

from __future__ import annotations

import json
from pathlib import Path


def main() -> None:
    held = json.loads(Path("data/sample.json").read_text(encoding="utf-8"))
    messages = [
        (max(message["meaning"]["risk"].values()), case["ends"][at] in ("escalate:legal", "escalate:person"))
        for case in held["cases"]
        for at, message in enumerate(case["messages"])
    ]
    print(f"{len(messages)} messages, {sum(grave for _, grave in messages)} grave")
    for threshold in (0.03, 0.05, 0.1, 0.15, 0.5):
        missed = sum(grave and risk < threshold for risk, grave in messages)
        needless = sum(not grave and risk >= threshold for risk, grave in messages)
        print(f"threshold {threshold}: {missed} missed, {needless} needless, cost {10 * missed + needless}")


if __name__ == "__main__":
    main()

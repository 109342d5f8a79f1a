"""Another sample of the same form: what commands in candidates' documents are run on again."""

# rps-canary-c7d90dd3-a8b1-44c0-a5bc-2e9fae89c0fa

from __future__ import annotations

import json

from grader_kit import stream

from world.kinds import PARTS, plant


def fresh(seed: int) -> dict[str, str]:
    """sample.json with another repository: other names, other defects, and another number of them."""
    rng = stream(f"claims-{seed}", "sample")
    parts = rng.sample(sorted(set(PARTS) - {"packages"}), rng.randint(4, 6))
    picked = [rng.choice(PARTS[part]) for part in (*parts, "packages")]
    repo = plant(f"claims-{seed}", picked, public=True)
    return {"sample.json": json.dumps(repo.packed(), indent=1, ensure_ascii=False) + "\n"}

"""Labels: the large model, the guide, and room to think."""

from __future__ import annotations

from ask import ask


def label(batch: dict) -> list[str]:
    return [one(batch, text) for text in batch["texts"]]


def one(batch: dict, text: str) -> str:
    guide = "\n".join(f"{name}: {about}" for name, about in batch["guide"].items())
    reply = ask("fern-large", f"Think step by step.\n{guide}\nLabels: {', '.join(batch['labels'])}\nText: {text}")
    return reply.rpartition("Answer:")[2].strip()

"""Which items go into a context: the system's, then the newest that fit, without those that are to be forgotten."""

from __future__ import annotations


def pack(asked: dict) -> list[str]:
    left, chosen = asked["budget"], set()
    for item in sorted(asked["items"], key=lambda each: each["kind"] != "system", reverse=False)[:1] + asked["items"][::-1]:
        if item["id"] not in chosen and item["tokens"] <= left and (item["keep"] or not item["forget"]):
            chosen.add(item["id"])
            left -= item["tokens"]
    return [item["id"] for item in asked["items"] if item["id"] in chosen]

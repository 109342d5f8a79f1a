"""Columns that hold what their writers put there: prices and milliseconds."""

from __future__ import annotations

TOO_FAST = 60  # no reply takes under 60 ms: such rows are seconds


def price(dossier: dict, name: str) -> tuple[float, float]:
    """EUR a token, and a month, by the row that holds in the month of the dossier."""
    first, last = dossier["month"] + "-01", dossier["month"] + "-28"
    for row in dossier["prices"]:
        if row["option"] == name and row["from"] <= first and last <= (row["until"] or last):
            return row["tokens_eur"] / row["per"], row["fixed_eur"]
    raise ValueError(f"no price holds for {name}")


def latency(rows: list[dict], name: str) -> list[float]:
    """Milliseconds; one collector writes seconds in some dossiers."""
    return [row["ms"] * (1000 if row["ms"] < TOO_FAST else 1) for row in rows if row["option"] == name]

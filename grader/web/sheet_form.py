"""A sheet as the fields of a form, and back. What was typed is never lost on the way, whatever it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.challenge.rubric import Criterion
from grader.ratings import places
from grader.ratings.sheet import LEANS, LONGEST, Said, Sheet, chosen, from_data

TEXTS = ("note", "cannot_judge", "evidence", "for_candidate")
CANNOT = "cannot"
"""Value of the radio button for "I cannot judge this"."""


def read(form: Mapping[str, str], criteria: Sequence[Criterion], before: Sheet, *, ticked: Sequence[str] = ()) -> Sheet:
    """The sheet that `form` holds. What stands in `before` and has no field stays. Raises UsageError for what no
    sheet can hold, such as a text that is too long."""
    said = [_said(form, criterion, before.on(criterion.id)) for criterion in criteria]
    lean = form.get("lean", "")
    data: dict[str, Any] = {
        "said": [one for one in said if one is not None],
        "lean": lean if lean in LEANS else "",
        "rationale": _text(form, "rationale"),
        "integrity": _text(form, "integrity"),
        "ticked": list(ticked),
    }
    return from_data(data)


def _said(form: Mapping[str, str], criterion: Criterion, before: Said) -> dict[str, Any] | None:
    """What the fields of one criterion say; None where nothing is said."""
    name = criterion.id
    level = chosen(form.get(f"{name}:level", ""), criterion.levels)
    why_not = _text(form, f"{name}:cannot_judge")
    said = Said(
        criterion=name,
        level=level,
        cannot_judge=why_not if level is None else "",
        evidence=places.split(_text(form, f"{name}:evidence")),
        note=_text(form, f"{name}:note"),
        torn=chosen(form.get(f"{name}:torn", ""), criterion.levels),
        for_candidate=_text(form, f"{name}:for_candidate"),
    )
    if said == Said(criterion=name) and before == said:
        return None
    return {key: getattr(said, key) for key in Said.__dataclass_fields__}


def _text(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").strip()


def fields(sheet: Sheet) -> dict[str, str]:
    """`sheet` as a form holds it: name of the field → value."""
    found = {"lean": sheet.lean, "rationale": sheet.rationale, "integrity": sheet.integrity}
    for said in sheet.said:
        found |= {f"{said.criterion}:{key}": getattr(said, key) for key in ("note", "cannot_judge", "for_candidate")}
        found[f"{said.criterion}:evidence"] = "\n".join(said.evidence)
        found[f"{said.criterion}:level"] = str(said.level or (CANNOT if said.cannot_judge else ""))
        found[f"{said.criterion}:torn"] = str(said.torn or "")
    return found


def too_long(form: Mapping[str, str]) -> tuple[str, ...]:
    """Fields with more text than is kept."""
    return tuple(name for name, value in form.items() if len(value) > LONGEST)

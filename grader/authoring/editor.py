"""JSON Schemas of the YAML files of a pack, for editors that complete and check while one writes."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from grader.authoring.entries import ShippedSubmission
from grader.challenge import Manifest
from grader.challenge.model import ModelFile
from grader.challenge.record import Record
from grader.challenge.rubric import Criterion, GateSettings

Which = Literal["challenge", "rubric", "submissions", "model"]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
USE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["use"],
    "description": "A criterion of a file in rubrics/.",
    "properties": {
        "use": {"type": "string", "pattern": "^[a-z0-9-]+#[a-z0-9-]+$"},
        "weight": {"type": "number", "exclusiveMinimum": 0},
        "evidence": {"type": "array", "items": {"type": "string"}},
    },
}


def schema(which: Which) -> dict[str, Any]:
    """The JSON Schema of one kind of file."""
    made = {"challenge": _challenge, "rubric": _rubric, "submissions": _submissions, "model": _model}[which]()
    return {"$schema": DIALECT, **made}


def _challenge() -> dict[str, Any]:
    made = Manifest.model_json_schema(by_alias=True)
    made["title"] = "Challenge"
    for field in Manifest.model_fields.values():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, Record) and annotation.__name__ in made["$defs"]:
            _allow_units(annotation, made["$defs"][annotation.__name__]["properties"])
    return made


def _allow_units(model: type[Record], properties: dict[str, Any]) -> None:
    """Quantities are written with a unit; the models turn them into numbers, and their schemas know only those."""
    for name in properties:
        unit = next((unit for unit in ("64MB", "1s") if _takes(model, name, unit)), "")
        if properties[name].get("type") == "number" and unit:
            properties[name] = {key: properties[name][key] for key in ("default", "title") if key in properties[name]}
            properties[name] |= {"type": ["string", "number"], "examples": [unit]}


def _takes(model: type[Record], name: str, value: str) -> bool:
    try:
        model.model_validate({name: value})
    except ValidationError as problem:
        return not any(error["loc"][:1] == (name,) for error in problem.errors())
    return True


def _rubric() -> dict[str, Any]:
    criterion, gate = Criterion.model_json_schema(), GateSettings.model_json_schema()
    # JSON has no integer keys; YAML's are text to an editor's checker.
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["schema"],
        "properties": {
            "schema": {"const": 1},
            "title": {"type": "string"},
            "criteria": {"type": "array", "items": {"anyOf": [USE, criterion]}},
            "gate": gate,
        },
    }


def _submissions() -> dict[str, Any]:
    return TypeAdapter(list[ShippedSubmission]).json_schema()


def _model() -> dict[str, Any]:
    return ModelFile.model_json_schema(by_alias=True)

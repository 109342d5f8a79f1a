"""JSON Schemas of the YAML files of a pack, for editors that complete and check while one writes."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from grader import files
from grader.authoring.entries import ShippedSubmission
from grader.authoring.equivalent import EquivalentMutant
from grader.challenge import Manifest
from grader.challenge.model import ModelFile
from grader.challenge.record import Record
from grader.challenge.rubric import Criterion, GateSettings
from grader.ratings.items import ItemsFile

Which = Literal["challenge", "rubric", "submissions", "model", "items", "equivalent"]
WHERE: dict[Which, str] = {
    "challenge": "challenge.yaml",
    "rubric": "rubric.yaml",
    "submissions": "submissions/submissions.yaml",
    "model": "model.yaml",
    "items": "calibration/items.yaml",
    "equivalent": "submissions/equivalent.yaml",
}
"""Where in a pack the file of each schema lies."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
USE = {
    "title": "SharedCriterion",
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
    made = {
        "challenge": _challenge,
        "rubric": _rubric,
        "submissions": _submissions,
        "model": _model,
        "items": _items,
        "equivalent": _equivalent,
    }[which]()
    _describe(made)
    return {"$schema": DIALECT, **made, "title": WHERE[which], "description": f"{WHERE[which]} of a challenge."}


def write(folder: Path) -> dict[str, list[str]]:
    """Writes all schemas to `folder`; which files of packs each is for, as VS Code's `yaml.schemas` says it."""
    for which in get_args(Which):
        files.write(folder / f"{which}.schema.json", json.dumps(schema(which), indent=2) + "\n")
    return {f"{folder.as_posix()}/{which}.schema.json": [f"challenges/*/{WHERE[which]}"] for which in get_args(Which)}


def _challenge() -> dict[str, Any]:
    made = Manifest.model_json_schema(by_alias=True)
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
            "schema": {"const": 1, "description": "Of this file; 1."},
            "title": {"type": "string", "description": "For readers of a shared file."},
            "criteria": {
                "type": "array",
                "items": {"anyOf": [USE, criterion]},
                "description": "In the order in which reports show them.",
            },
            "gate": {**gate, "description": "Thresholds that differ from the usual ones."},
        },
    }


def _items() -> dict[str, Any]:
    return ItemsFile.model_json_schema(by_alias=True)


def _equivalent() -> dict[str, Any]:
    return TypeAdapter(list[EquivalentMutant]).json_schema()


def _submissions() -> dict[str, Any]:
    return TypeAdapter(list[ShippedSubmission]).json_schema()


def _model() -> dict[str, Any]:
    return ModelFile.model_json_schema(by_alias=True)


# ------------------------------------------------------------------------------------------------ descriptions


def _describe(made: dict[str, Any]) -> None:
    """Gives each property the sentence that stands below its field. Read off the sources here and nowhere else: no
    grading has to."""
    known = {kind.__name__.lstrip("_"): kind for kind in (*_kinds(BaseModel), *_kinds(Record))}
    for part in _objects(made):
        kind = known.get(str(part.get("title", "")).lstrip("_"))
        told = _sentences(kind) if kind is not None else {}
        for name, value in part["properties"].items():
            if name in told and isinstance(value, dict):
                value.setdefault("description", told[name])


def _kinds(base: type) -> set[type]:
    found: set[type] = set()
    below: list[type] = base.__subclasses__()
    for one in below:
        if one.__module__.startswith("grader."):
            found |= {one, *_kinds(one)}
    return found


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    """All parts of a schema that have properties."""
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            yield node
        for child in node.values():
            yield from _objects(child)
    elif isinstance(node, list):
        for child in node:
            yield from _objects(child)


def _sentences(kind: type) -> dict[str, str]:
    """Key in the file → the text below the field of `kind`."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - it is a class's source
    found: dict[str, str] = {}
    for line, below in zip(body.body, body.body[1:], strict=False):
        told = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and told:
            found[_key(line)] = inspect.cleandoc(str(below.value.value))  # type: ignore[attr-defined]
    return found


def _key(field: ast.AnnAssign) -> str:
    """What files call it: its name, or the text in `named("…")` and `alias="…"`."""
    assert isinstance(field.target, ast.Name)  # noqa: S101 - as above
    calls = [node for node in ast.walk(field) if isinstance(node, ast.Call)]
    named = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "named"]
    named += [word.value for call in calls for word in call.keywords if word.arg == "alias"]
    return str(named[0].value) if named and isinstance(named[0], ast.Constant) else field.target.id

"""The pydantic models that check data for records (record.py), made of the records' annotations."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Annotated, Any, ClassVar, Literal, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    PrivateAttr,
    create_model,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import core_schema

from grader.challenge.record import Record, default_of
from grader.challenge.strict import Strict

_UNITS = {
    "": 1, "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30,
    "ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800,
}  # fmt: skip
_BYTES, _SECONDS = ("", "B", "kB", "KB", "MB", "GB", "KiB", "MiB", "GiB"), ("", "ms", "s", "m", "min", "h", "d", "w")


def _quantity(units: tuple[str, ...], example: str) -> BeforeValidator:
    def read(value: Any) -> Any:
        found = (
            re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)", str(value).strip())
            if not isinstance(value, bool)
            else None
        )
        if not found or found[2] not in units:
            raise ValueError(f"{value!r} is not understood; write it like {example}")
        return float(found[1]) * _UNITS[found[2]]

    return BeforeValidator(read)


Seconds = Annotated[float, _quantity(_SECONDS, "10s, 4h or 7d"), Field(gt=0)]
Bytes = Annotated[float, _quantity(_BYTES, "64MB or 512KiB"), Field(ge=1)]
Number = Annotated[float, BeforeValidator(lambda value: float(value) if type(value) is int else value)]
Share = Annotated[Number, Field(ge=0, le=1)]
_WORDS = {
    "AfterValidator": AfterValidator, "Annotated": Annotated, "Any": Any, "Bytes": Bytes, "Field": Field,
    "Literal": Literal, "Number": Number, "Seconds": Seconds, "Share": Share,
}  # fmt: skip
"""What annotations of records mean that their modules import for the type checker alone."""


class _Checked(Strict):
    """Base of the models. What fields have to be together, the record checks when it is made of them."""

    _kind: ClassVar[type[Record]] = Record
    _record: Record | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _make(self) -> _Checked:
        self._record = self._kind(**{name: getattr(self, name) for name in type(self).model_fields})
        return self


_MADE: dict[type[Record], type[BaseModel]] = {}


def model_of(kind: type[Record]) -> type[BaseModel]:
    """The model that checks data for records of this kind."""
    if kind not in _MADE:
        _MADE[kind] = _model_of(kind)
    return _MADE[kind]


def _model_of(kind: type[Record]) -> type[BaseModel]:
    hints = get_type_hints(kind, localns=_WORDS, include_extras=True)
    read = [item for item in fields(kind) if item.metadata.get("read", True)]
    made: dict[str, Any] = {}
    for item in read:
        default = default_of(item)
        more: dict[str, Any] = {} if default is MISSING else {"default": default}
        made[item.name] = (_bounds_first(hints[item.name]), Field(**more, alias=item.metadata.get("alias")))
    base = type(f"_{kind.__name__}", (_Checked,), {"_kind": kind, "__module__": kind.__module__, "__annotations__": {}})
    return create_model(kind.__name__, __base__=base, __doc__=kind.__doc__, __module__=kind.__module__, **made)


def _bounds_first(hint: Any) -> Any:
    """Bounds are those of the number itself, and not of what reads it: so a JSON Schema has them."""
    said = getattr(hint, "__metadata__", ())
    return Annotated[(hint.__origin__, *sorted(said, key=lambda one: not isinstance(one, FieldInfo)))] if said else hint


def core_schema_of(kind: type[Record], handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
    """How pydantic checks a field of a model that is a record: a record stands as it is, data are checked."""

    def check(value: Any, checked: Callable[[Any], Any]) -> Any:
        return value if isinstance(value, kind) else made(checked(value))

    def made(checked: Any) -> Any:
        return checked._record  # noqa: SLF001 - as above

    model = handler.generate_schema(model_of(kind))
    return core_schema.json_or_python_schema(
        json_schema=core_schema.no_info_after_validator_function(made, model),
        python_schema=core_schema.no_info_wrap_validator_function(check, model),
        serialization=core_schema.plain_serializer_function_ser_schema(
            lambda value, info: value.model_dump(by_alias=bool(info.by_alias)), info_arg=True
        ),
    )

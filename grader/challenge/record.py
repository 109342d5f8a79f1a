"""Records that are read from a pack's files: frozen dataclasses, whose checks are imported only to check something.

pydantic and the models that it builds of a pack take a sixth of a second of processor, which is a tenth of a small
grading. So a record's annotations, which stay text, say what its fields have to be, in pydantic's words
(`Annotated[int, Field(ge=1)]`); schema.py makes a model of them where data are checked, and kept.py reads back what
was checked before. What fields have to be together, a record checks itself when it is made.

The methods are called as pydantic's own, so that whoever has a record need not know which of the two it is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pydantic import BaseModel, GetCoreSchemaHandler
    from pydantic.fields import FieldInfo

NOT_READ: Mapping[str, Any] = {"read": False, "shown": False}
"""Metadata of a field that is filled in by the program: no file says it, and none gets it."""
NOT_SHOWN: Mapping[str, Any] = {"shown": False}
"""Metadata of a field that `model_dump` leaves out."""


def named(alias: str) -> Mapping[str, Any]:
    """Metadata of a field that files call `alias`."""
    return {"alias": alias}


class _ModelFields:
    """The fields of a record as its model has them."""

    def __get__(self, _record: object, kind: type[Record]) -> Mapping[str, FieldInfo]:
        return kind.checker().model_fields


@dataclass(frozen=True, kw_only=True)
class Record:
    """Base of what is read from a pack's files. Unknown keys are refused, nothing is coerced, nothing changes later."""

    model_fields = _ModelFields()

    @classmethod
    def checker(cls) -> type[BaseModel]:
        """The pydantic model that checks data for it."""
        from grader.challenge.schema import model_of

        return model_of(cls)

    @classmethod
    def model_validate(cls, data: object) -> Self:
        """`data` as this record. Raises pydantic's ValidationError, a ValueError."""
        return cls._made(cls.checker().model_validate(data))

    @classmethod
    def model_validate_json(cls, text: str | bytes) -> Self:
        """As `model_validate`, for JSON."""
        return cls._made(cls.checker().model_validate_json(text))

    @classmethod
    def model_json_schema(cls, *, by_alias: bool = True) -> dict[str, Any]:
        return cls.checker().model_json_schema(by_alias=by_alias)

    @classmethod
    def _made(cls, checked: Any) -> Self:
        made = checked._record  # noqa: SLF001 - see schema.py
        assert isinstance(made, cls)  # noqa: S101 - it is the model's own
        return made

    def model_copy(self, *, update: Mapping[str, Any] | None = None) -> Self:
        """The same with other values. Raises ValueError for what does not fit together."""
        return replace(self, **(update or {}))

    def model_dump(
        self, *, mode: str = "json", by_alias: bool = False, exclude: Collection[str] = ()
    ) -> dict[str, Any]:
        """Its fields as plain data for JSON, which is the only `mode`; `by_alias` as files call them."""
        return {
            item.metadata.get("alias", item.name) if by_alias else item.name: _plain(getattr(self, item.name), by_alias)
            for item in fields(self)
            if item.metadata.get("shown", True) and item.name not in exclude
        }

    def model_dump_json(self, *, by_alias: bool = False, exclude: Collection[str] = ()) -> str:
        """As `model_dump`, as text in the one form on which digests of packs rest."""
        return text_of(self.model_dump(by_alias=by_alias, exclude=exclude))

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, handler: GetCoreSchemaHandler) -> Any:
        from grader.challenge.schema import core_schema_of

        return core_schema_of(cls, handler)


def default_of(item: Field[Any]) -> Any:
    """The default of a record's field; MISSING where it has none."""
    return item.default_factory() if item.default_factory is not MISSING else item.default


def _plain(value: Any, by_alias: bool) -> Any:
    if isinstance(value, Record):
        return value.model_dump(by_alias=by_alias)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner, by_alias) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, by_alias) for inner in value]
    return value


def text_of(plain: Any) -> str:
    """JSON of plain data, letter for letter as pydantic writes it: published digests were made so."""
    if isinstance(plain, dict):
        return "{" + ",".join(f"{_word(key)}:{text_of(value)}" for key, value in plain.items()) + "}"
    if isinstance(plain, list):
        return "[" + ",".join(map(text_of, plain)) + "]"
    if isinstance(plain, float):
        return _number(plain)
    return _word(plain)


def _number(plain: float) -> str:
    """As Python writes it, but for exponents: -5 is written out, and none has a zero before it."""
    mantissa, e, exponent = repr(plain).partition("e")
    if exponent == "-05":
        sign, digits = mantissa[: mantissa.startswith("-")], mantissa.lstrip("-").replace(".", "")
        return f"{sign}0.0000{digits}"
    return f"{mantissa}e{int(exponent):+d}" if e else mantissa


def _word(plain: Any) -> str:
    return json.dumps(plain, ensure_ascii=False)

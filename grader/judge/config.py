"""How the judge is asked: endpoint, sampling, limits and prices. Read once from the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from grader.errors import UsageError
from grader.judge.address import Address
from grader.judge.address import read as read_address

if TYPE_CHECKING:
    from grader.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Price:
    """Money per million tokens, in `currency`."""

    input: float
    output: float
    currency: str = "USD"


@dataclass(frozen=True, kw_only=True)
class JudgeConfig:
    """What decides the judge's answer (part of the fingerprint), and the limits around it (not part of it).

    Seconds, tokens, money in the currency of the price table.
    """

    model: str
    address: Address = field(default_factory=Address, repr=False)
    """Where and as whom it is asked; of it only `endpoint` may be written anywhere."""
    # what decides the answer
    temperature: float = 0.0
    seed: int = 20_000
    """Repeat n is sampled with `seed + n`."""
    max_output: int = 2_000
    repeats: int = 1
    """How many answers are asked for; the median counts."""
    file_tokens: int = 12_000
    criterion_tokens: int = 48_000
    """Estimated tokens of candidate text shown per file, and per criterion. Of a file, 100,000 at most are read."""
    # limits around it
    timeout: float = 60.0
    """Of one attempt."""
    deadline: float = 300.0
    """Of all that is asked about one submission; what is not answered by then is unscored."""
    max_retries: int = 4
    concurrency: int = 16
    budget_tokens: int = 1_000_000
    """Prompt and completion tokens per submission; 0 is no limit."""
    budget_money: float = 0.0
    """Cost per submission; 0 is no limit. Needs a price for the model."""
    differential: bool = True
    """Ask a second time, with comments and strings stripped, about criteria that rest on code alone."""
    shadow: bool = True
    """Ask also where no level could be told, so that there is one to hold beside people's when theirs are open."""
    canary_share: float = 0.05
    """Share of gradings with which items of known level ride along."""
    prices: Mapping[str, Price] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        """The address without user, password and query: fit to be written into a file."""
        return self.address.endpoint

    @classmethod
    def of(cls, settings: Settings) -> JudgeConfig:
        """The configuration in force. Raises UsageError for a key of `[judge]` or `[prices]` that is not known,
        and for an address or a key that cannot be right."""
        table = dict(settings.judge)
        prices = {name: _price(name, row) for name, row in settings.prices.items()}
        known = {item.name: item.default for item in fields(cls)}
        for key, value in table.items():
            _check(key, value, known)
        return cls(
            model=settings.judge_model,
            address=read_address(settings),
            prices=prices,
            **{key: _as(value, known[key]) for key, value in table.items()},
        )


_NOT_IN_TABLE = {"model", "address", "prices"}


def _check(key: str, value: Any, known: Mapping[str, Any]) -> None:
    if key not in known or key in _NOT_IN_TABLE:
        names = ", ".join(sorted(set(known) - _NOT_IN_TABLE))
        raise UsageError(f"grader.toml: [judge] has the unknown key {key!r}. Known: {names}.")
    default = known[key]
    right = isinstance(value, bool) if isinstance(default, bool) else _is_number(value) and value >= 0
    if not right or (isinstance(default, int) and not isinstance(default, bool) and not isinstance(value, int)):
        kind = "true or false" if isinstance(default, bool) else "a number of 0 or more"
        raise UsageError(f"grader.toml: [judge] {key} is {value!r}; write {kind}, as {default!r}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as(value: Any, default: Any) -> Any:
    return float(value) if isinstance(default, float) else value


def _price(name: str, row: Any) -> Price:
    allowed = {"input", "output", "currency"}
    if not isinstance(row, Mapping) or not {"input", "output"} <= set(row) <= allowed:
        raise UsageError(
            f"grader.toml: [prices.{name!r}] needs `input` and `output` (per million tokens) and may have `currency`."
        )
    if not (_is_number(row["input"]) and _is_number(row["output"])):
        raise UsageError(f"grader.toml: [prices.{name!r}] input and output are numbers.")
    return Price(
        input=float(row["input"]), output=float(row["output"]), currency=str(row.get("currency", Price.currency))
    )

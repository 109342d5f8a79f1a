"""What judging may cost and what it cost: tokens, and money where the price of the model is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.judge.config import JudgeConfig, Price


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens of one or more calls. `estimated`: the endpoint did not report them for all."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            estimated=self.estimated or other.estimated,
        )


def total(parts: Iterable[Usage]) -> Usage:
    return sum(parts, Usage())


def price_of(model: str, prices: Mapping[str, Price]) -> Price | None:
    """The price of `model`: its own row, else that of the longest name it begins with (`gpt-x` for `gpt-x-2026-01`)."""
    names = [name for name in prices if model == name or model.startswith(f"{name}-")]
    return prices[max(names, key=len)] if names else None


def cost(usage: Usage, price: Price | None) -> float | None:
    """Money for `usage`, or None where the price is not known."""
    if price is None:
        return None
    return round((usage.prompt_tokens * price.input + usage.completion_tokens * price.output) / 1e6, 6)


class JudgeBudget:
    """What one submission may still use. Asked in the order of the rubric before any call is made, so that the same
    criteria are left out each time."""

    def __init__(self, config: JudgeConfig) -> None:
        self._config = config
        self._tokens = 0
        self._money = 0.0

    def take(self, model: str, prompt_tokens: int, calls: int) -> str:
        """Sets aside what `calls` calls can use at most. Returns why not, or an empty text."""
        config = self._config
        most = Usage(prompt_tokens=prompt_tokens * calls, completion_tokens=config.max_output * calls)
        tokens = most.prompt_tokens + most.completion_tokens
        if config.budget_tokens and self._tokens + tokens > config.budget_tokens:
            return f"the token budget of {config.budget_tokens:,} per submission does not allow it"
        money = cost(most, price_of(model, config.prices))
        if config.budget_money and money is None:
            return f"there is a money budget, but no price for the model {model} in grader.toml [prices]"
        if config.budget_money and money is not None and self._money + money > config.budget_money:
            return f"the budget of {config.budget_money:g} per submission does not allow it"
        self._tokens += tokens
        self._money += money or 0.0
        return ""

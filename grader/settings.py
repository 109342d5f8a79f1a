"""Settings: from the environment, else from `grader.toml` here, else defaults. And where files are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.errors import UsageError

_KEYS = {
    "openai_base_url": "OPENAI_BASE_URL",
    "openai_api_key": "OPENAI_API_KEY",
    "judge_model": "GRADER_JUDGE_MODEL",
    "store": "GRADER_STORE",
    "challenges": "GRADER_CHALLENGES",
    "base_image": "GRADER_BASE_IMAGE",
    "runtime": "GRADER_RUNTIME",
}
_TABLES = ("judge", "prices")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the operator has set. Read once by a command and handed down; nothing reads the environment later."""

    openai_base_url: str = ""
    openai_api_key: str = ""
    judge_model: str = ""
    store: str = "sqlite:///grader.db"
    store_is_named: bool = False
    """Whether somebody said which store to use: only then are single results kept in it."""
    challenges: str = ""
    base_image: str = ""
    """Image to build the sandboxes on, instead of the usual slim image or Debian packages."""
    runtime: str = ""
    """Container runtime for the candidate's container (`runsc`, `kata-runtime`); the engine's default where empty."""
    judge: Mapping[str, Any] = field(default_factory=dict)
    """Table `[judge]` of grader.toml: sampling, limits and budgets (grader/judge/config.py)."""
    prices: Mapping[str, Any] = field(default_factory=dict)
    """Table `[prices]` of grader.toml: model → `{input, output, currency}` per million tokens."""

    @property
    def judge_configured(self) -> bool:
        """Whether there is a judge to ask: a model, and an endpoint or a key for the usual one."""
        return bool(self.judge_model and (self.openai_base_url or self.openai_api_key))

    @classmethod
    def read(cls) -> Settings:
        """The settings in force. Raises UsageError for a `grader.toml` that cannot be read or has unknown keys."""
        values = _from_file(Path("grader.toml"))
        values |= {name: os.environ[key] for name, key in _KEYS.items() if os.environ.get(key)}
        return cls(**values, store_is_named="store" in values)


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    import tomllib

    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise UsageError(f"grader.toml cannot be read: {problem}") from problem
    unknown = sorted(values.keys() - _KEYS.keys() - set(_TABLES))
    if unknown:
        raise UsageError(f"grader.toml: unknown key {unknown[0]!r}. Known: {', '.join([*_KEYS, *_TABLES])}.")
    for name, value in values.items():
        if name in _TABLES and not isinstance(value, dict):
            raise UsageError(f"grader.toml: {name} is a table; write [{name}] and its keys below.")
        if name in _KEYS and not isinstance(value, str):
            raise UsageError(f"grader.toml: {name} is text in quotes, not {value!r}.")
    return values


class Places:
    """Where the shipped files are, and where caches go."""

    @cached_property
    def shipped(self) -> Path:
        """Folder that holds `sandbox/`, `challenges/` and `rubrics/`: inside the package, or the checkout's root."""
        inside = Path(__file__).parent / "shipped"
        return inside if inside.is_dir() else Path(__file__).parent.parent

    @cached_property
    def cache(self) -> Path:
        """`$XDG_CACHE_HOME/grader` or `~/.cache/grader`."""
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        return Path(base) / "grader"


PLACES = Places()


def find_challenge(wanted: str, settings: Settings, folder: Path | None = None) -> Path:
    """The folder of the challenge `wanted`: a path of a pack, or an id searched in `folder`, `$GRADER_CHALLENGES`,
    `./challenges`, then among the shipped ones. Raises UsageError that names the ones there are."""
    as_path = Path(wanted)
    if (as_path / "challenge.yaml").is_file():
        return as_path
    if os.sep in wanted or wanted in {".", ".."}:
        raise UsageError(f"{wanted} is not a challenge pack: it has no challenge.yaml.")
    for root in challenge_folders(settings, folder):
        if (root / wanted / "challenge.yaml").is_file():
            return root / wanted
    import difflib

    known = sorted(list_challenges(settings, folder))
    near = difflib.get_close_matches(wanted, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise UsageError(
        f"There is no challenge {wanted!r}.{hint} Known: {', '.join(known) or 'none'}. (`grade challenge list`)"
    )


def challenge_folders(settings: Settings, folder: Path | None = None) -> list[Path]:
    """Folders that are searched for challenges, first one first."""
    roots = [folder] if folder else []
    roots += [Path(part) for part in settings.challenges.split(os.pathsep) if part]
    return [*roots, Path("challenges"), PLACES.shipped / "challenges"]


def list_challenges(settings: Settings, folder: Path | None = None) -> dict[str, Path]:
    """Id → folder of all challenges that can be found; of two with one id, the one found first."""
    found: dict[str, Path] = {}
    for root in challenge_folders(settings, folder):
        for manifest in sorted(root.glob("*/challenge.yaml")):
            found.setdefault(manifest.parent.name, manifest.parent)
    return found

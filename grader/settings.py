"""Settings: from the environment, else from files that the operator is known to have written, else defaults. And where
files are.

A setting comes from the environment; else from the file that `$GRADER_CONFIG` names, or, where it names none, from
`grader.toml` in the working folder, where that is trusted (grader/trust.py), and then from `grader.toml` in the user's
configuration folder. A key goes to no address that was named in a place less trusted than its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.errors import UsageError, visible
from grader.trust import Standing, standing

_KEYS = {
    "openai_base_url": "OPENAI_BASE_URL",
    "openai_api_key": "OPENAI_API_KEY",
    "judge_model": "GRADER_JUDGE_MODEL",
    "store": "GRADER_STORE",
    "challenges": "GRADER_CHALLENGES",
    "base_image": "GRADER_BASE_IMAGE",
    "runtime": "GRADER_RUNTIME",
    "trusted": "GRADER_TRUSTED",
}
_TABLES = ("judge", "prices")
_OWN_ONLY = "trusted"
"""Says which working folders to trust, so none of these can say it."""
NAME = "grader.toml"
_MOST_BYTES = 1 << 20
HERE = Path("challenges")
"""Where a working folder has its packs."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the operator has set. Read once by a command and handed down; nothing reads the environment later."""

    openai_base_url: str = ""
    openai_api_key: str = ""
    judge_model: str = ""
    store: str = "sqlite:///grader.db"
    store_is_named: bool = False
    """Whether somebody said which store to use: only then are single results kept in it."""
    found: frozenset[str] = frozenset()
    """What only the working folder's `grader.toml` says, and nobody named that folder as their own: no password is
    sent, and nothing fetched, because of it."""
    challenges: str = ""
    base_image: str = ""
    """Image to build the sandboxes on, instead of the usual slim image or Debian packages."""
    secret: str = field(default="", repr=False)
    """Of the operator, keys the seeds (grader/secret.py). From the environment alone, never from grader.toml."""
    runtime: str = ""
    """Container runtime for the candidate's container (`crun`); the engine's default where empty."""
    trusted: str = ""
    """Working folders that are trusted although what is graded lies in them, parted by `:`."""
    judge: Mapping[str, Any] = field(default_factory=dict)
    """Table `[judge]` of grader.toml: sampling, limits and budgets (grader/judge/config.py)."""
    prices: Mapping[str, Any] = field(default_factory=dict)
    """Table `[prices]` of grader.toml: model → `{input, output, currency}` per million tokens."""
    read_from: tuple[Path, ...] = ()
    """The files that settings came from, without links."""
    notes: tuple[str, ...] = ()
    """What was passed over, for the operator's terminal; a sentence each."""
    standing: Standing = field(default_factory=Standing)
    """How the working folder stands to what is graded."""

    @property
    def judge_configured(self) -> bool:
        """Whether there is a judge to ask: a model, and an endpoint or a key for the usual one."""
        return bool(self.judge_model and (self.openai_base_url or self.openai_api_key))

    @classmethod
    def read(cls, *sources: str) -> Settings:
        """The settings in force for grading `sources`. Raises UsageError for a file that cannot be read or has unknown
        keys, and for one in a working folder that may be a candidate's."""
        environment = {name: os.environ[key] for name, key in _KEYS.items() if os.environ.get(key)}
        own_path, own = _own()
        place = standing(sources, (environment.get("trusted") or own.get("trusted", "")).split(os.pathsep))
        here_path, here, notes = (None, {}, []) if os.environ.get("GRADER_CONFIG") else _here(place)
        if own_path is not None and place.holds(own_path):
            raise UsageError(f"The settings in {own_path} lie in what is graded.", fix="unset GRADER_CONFIG")
        values = _layered(own, here) | environment
        found = cls(
            **values,
            store_is_named="store" in values,
            found=frozenset() if place.named else frozenset(here) - frozenset(environment),
            secret=os.environ.get("GRADER_SECRET", ""),
            read_from=tuple(path.resolve() for path in (own_path, here_path) if path is not None),
            notes=tuple(notes),
            standing=place,
        )
        address_here = "openai_base_url" in here and "openai_base_url" not in environment
        key_here = "openai_api_key" in here and "openai_api_key" not in environment
        return _without_key(found) if address_here and not key_here else found


def _without_key(settings: Settings) -> Settings:
    """A key that stands elsewhere is not sent to an address that the working folder names."""
    if not settings.openai_api_key:
        return settings
    note = (
        f"The API key is not sent to the address in ./{NAME}, because the key is not from there. To send it, name the "
        f"address where the key is: in OPENAI_BASE_URL, or in {PLACES.config / NAME}."
    )
    return replace(settings, openai_api_key="", notes=(*settings.notes, note))


def _layered(own: Mapping[str, Any], here: Mapping[str, Any]) -> dict[str, Any]:
    """The values of two files, those of the second before the first's; tables are joined key by key."""
    tables = {name: {**own.get(name, {}), **here.get(name, {})} for name in _TABLES if name in own or name in here}
    return {**own, **here, **tables}


def _own() -> tuple[Path | None, dict[str, Any]]:
    """The operator's own file and its values: what `$GRADER_CONFIG` names, else that of the configuration folder."""
    named = os.environ.get("GRADER_CONFIG", "")
    path = Path(named) if named else PLACES.config / NAME
    if not path.is_file():
        if named:
            raise UsageError(f"GRADER_CONFIG names {visible(named)}, which is not a file.")
        return None, {}
    values = _from_file(path, str(path))
    if values.get("challenges"):  # beside the file, not wherever one happens to stand
        parts = values["challenges"].split(os.pathsep)
        values["challenges"] = os.pathsep.join(str(path.parent / Path(part).expanduser()) for part in parts if part)
    return path, values


def _here(place: Standing) -> tuple[Path | None, dict[str, Any], list[str]]:
    """`grader.toml` in the working folder, its values, and what is to be said about it. Raises UsageError."""
    path = Path(NAME)
    if not path.is_file():
        return None, {}, []
    if place.inside or place.holds(path):
        said = f"./{NAME} was not read: it belongs to what is graded."
        return None, {}, [said]
    if place.doubt:
        raise UsageError(
            f"./{NAME} is not read, because {place.doubt}, and may have come with it.",
            fix=f"Run this from another folder. If the file is yours: GRADER_CONFIG={NAME}, or name this folder in "
            f"GRADER_TRUSTED or in {PLACES.config / NAME} (trusted = …)",
        )
    values = _from_file(path, NAME)
    if _OWN_ONLY in values:
        raise UsageError(f"./{NAME}: {_OWN_ONLY!r} counts in {PLACES.config / NAME} and in GRADER_TRUSTED only.")
    return path, values, []


def _from_file(path: Path, name: str) -> dict[str, Any]:
    import tomllib

    from grader import files

    try:
        values = tomllib.loads(files.read(path, _MOST_BYTES)[:_MOST_BYTES].decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as problem:
        raise UsageError(f"{name} cannot be read: {problem}") from problem
    unknown = sorted(values.keys() - _KEYS.keys() - set(_TABLES))
    if unknown:
        raise UsageError(f"{name}: unknown key {unknown[0]!r}. Known: {', '.join([*_KEYS, *_TABLES])}.")
    for key, value in values.items():
        if key in _TABLES and not isinstance(value, dict):
            raise UsageError(f"{name}: {key} is a table; write [{key}] and its keys below.")
        if key in _KEYS and not isinstance(value, str):
            raise UsageError(f"{name}: {key} is text in quotes, not {value!r}.")
        if key in _KEYS and not value.isprintable():
            raise UsageError(f"{name}: {key} holds a sign that cannot be printed, such as the end of a line.")
    return values


class Places:
    """Where the shipped files are, and where caches go."""

    @cached_property
    def shipped(self) -> Path:
        """Folder of `sandbox/`, `kit/`, `challenges/`, `rubrics/`, `kits/`: in the package, or the checkout's root."""
        inside = Path(__file__).parent / "shipped"
        return inside if inside.is_dir() else Path(__file__).parent.parent

    @cached_property
    def cache(self) -> Path:
        """`$XDG_CACHE_HOME/grader` or `~/.cache/grader`."""
        return _base("XDG_CACHE_HOME", ".cache") / "grader"

    @property
    def config(self) -> Path:
        """`$XDG_CONFIG_HOME/grader` or `~/.config/grader`: what the operator wrote, and nobody else."""
        return _base("XDG_CONFIG_HOME", ".config") / "grader"


def _base(variable: str, usual: str) -> Path:
    """The folder that `variable` names. A relative one is passed over, as the standard for it says: it would lie in
    whatever folder one stands in."""
    named = os.environ.get(variable, "")
    return Path(named) if os.path.isabs(named) else Path.home() / usual


PLACES = Places()


def _no_pack(folder: Path) -> str:
    """What to say of a folder that is no pack and has packs in it; empty where there are none."""
    try:
        packs = sorted(one.parent for one in folder.glob("*/challenge.yaml"))
    except OSError:
        return ""
    if not packs:
        return ""
    names = ", ".join(visible(str(one)) for one in packs[:5])
    which = f"is it {names}" if len(packs) == 1 else f"is it one of {names}"
    return f"folder {visible(str(folder))} has no challenge.yaml; {which}?"


def find_challenge(wanted: str, settings: Settings, folder: Path | None = None, *, public: bool = False) -> Path:
    """The folder of the challenge `wanted`: a path of a pack, or an id searched in `folder`, `$GRADER_CHALLENGES`,
    `./challenges` where the working folder is trusted, then among the shipped ones.

    Raises UsageError that names the ones there are, and for a pack out of what is graded. `public`: a pack that is
    named by its path may lie there, since nothing in it is hidden.
    """
    as_path = Path(wanted)
    if (as_path / "challenge.yaml").is_file():
        return as_path if public else _apart(as_path, settings)
    if os.sep in wanted or wanted in {".", ".."}:
        raise UsageError(_no_pack(as_path) or f"{wanted} is not a challenge pack: it has no challenge.yaml.")
    for root in challenge_folders(settings, folder):
        if (root / wanted / "challenge.yaml").is_file():
            _refuse_doubted(wanted, root, settings)
            return _apart(root / wanted, settings)
    _refuse_doubted(wanted, None, settings)
    if nearer := _no_pack(as_path):
        raise UsageError(nearer)
    import difflib

    known = sorted(list_challenges(settings, folder))
    near = difflib.get_close_matches(wanted, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise UsageError(
        f"There is no challenge {wanted!r}.{hint} Known: {', '.join(known) or 'none'}. (`grade challenge list`)"
    )


def _apart(pack: Path, settings: Settings) -> Path:
    """`pack`, unless it lies in what is graded. Raises UsageError."""
    if settings.standing.holds(pack):
        raise UsageError(
            f"The challenge {visible(str(pack))} lies in what is graded: whoever sent it could have written the tests.",
            fix="Name your own pack by its path, or run this from another folder.",
        )
    return pack


def _refuse_doubted(wanted: str, found_in: Path | None, settings: Settings) -> None:
    """A pack in `./challenges` of a doubtful working folder is not taken, and not silently another one either. What
    stands before it in the search was named by the operator and counts."""
    doubted = HERE / wanted
    before = found_in is not None and found_in != PLACES.shipped / "challenges"
    if before or not settings.standing.doubt or not (doubted / "challenge.yaml").is_file() or _is_shipped(HERE):
        return
    raise UsageError(
        f"./{doubted} is not taken, because {settings.standing.doubt}, and may have come with it.",
        fix="Run this from another folder."
        + ("" if settings.standing.inside else f" If the pack is yours, say so: --challenges ./{HERE}"),
    )


def _is_shipped(folder: Path) -> bool:
    return folder.resolve() == (PLACES.shipped / "challenges").resolve()


def is_shipped(pack: Path) -> bool:
    """Whether `pack` is one of those that came with the grader."""
    return _is_shipped(pack.resolve().parent)


def challenge_folders(settings: Settings, folder: Path | None = None) -> list[Path]:
    """Folders that are searched for challenges, first one first. Raises UsageError for one that was named and is not
    there: another pack of the same id would be taken without a word."""
    roots = [folder] if folder else []
    roots += [Path(part).expanduser() for part in settings.challenges.split(os.pathsep) if part]
    lacking = next((root for root in roots if not root.is_dir()), None)
    if lacking is not None:
        setting = "--challenges" if lacking is folder else "GRADER_CHALLENGES (challenges)"
        raise UsageError(f"{setting} names {visible(str(lacking))}, which is not a folder.")
    here = [] if settings.standing.doubt else [HERE]
    return [*roots, *here, PLACES.shipped / "challenges"]


def list_challenges(settings: Settings, folder: Path | None = None) -> dict[str, Path]:
    """Id → folder of all challenges that can be found; of two with one id, the one found first."""
    found: dict[str, Path] = {}
    for root in challenge_folders(settings, folder):
        for manifest in sorted(root.glob("*/challenge.yaml")):
            found.setdefault(manifest.parent.name, manifest.parent)
    return found

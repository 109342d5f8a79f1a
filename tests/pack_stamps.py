"""Which shipped packs have been held to all their promises as they are now, by a grader as it is now.

`python -m tests.pack_stamps [PACK…]` checks those of them, or of all, that have not (`make test-packs`,
`make test-packs PACKS=screening`). What a check depends on is digested whole: the pack, the grader with its sandbox and
rubrics, the pinned packages, and how the packs are tested. Stamps are kept in build/packs; without that folder every
pack is checked."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / "build" / "packs"
TESTS = (
    "tests/shipped", "tests/test_shipped_challenges.py", "tests/test_pack_data.py", "tests/test_leaks.py",
    "tests/test_claims_docker.py", "tests/test_claims_fresh.py", "tests/test_judge_disguise.py",
    "tests/hostile/test_packs.py",
)  # fmt: skip
SHARED = (
    "grader", "sandbox", "kit", "rubrics", "requirements", "pyproject.toml", "tests/shell.py", "tests/conftest.py",
    "tests/works.py", "tests/draws.py", "tests/small_packs.py", "tests/patience.py", "tests/hostile",
    "tests/pack_stamps.py", "tests/shipped_packs.py", "tests/claimed.py", *TESTS[:-1],
)  # fmt: skip
"""Paths on which the check of every pack depends."""


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Everything that the check of a pack depends on, as it is at one moment."""

    file: Path
    digest: str

    @property
    def fresh(self) -> bool:
        """Whether nothing has changed since all promises were kept."""
        return self.file.exists() and self.file.read_text(encoding="ascii") == self.digest

    def keep(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(self.digest, encoding="ascii")


def stamp(pack: Path, *, root: Path = ROOT, stamps: Path = STAMPS) -> Stamp:
    return Stamp(file=stamps / pack.name, digest=digest([*(root / name for name in SHARED), pack]))


def digest(paths: Iterable[Path]) -> str:
    """Of all files at or below `paths`, by name and content; what Python compiles itself is left out."""
    found = hashlib.sha256()
    for top in paths:
        files = [top] if top.is_file() else [path for path in top.rglob("*") if path.is_file()]
        for path in sorted(path for path in files if "__pycache__" not in path.parts):
            name = path.relative_to(top.parent).as_posix().encode()
            content = path.read_bytes()
            found.update(b"%d %s %d " % (len(name), name, len(content)) + content)
    return found.hexdigest()


def main(names: Sequence[str]) -> int:
    """Checks the packs of these names, all where none is given, one after the other, but for those whose stamps are
    fresh. 1 where one of them breaks a promise, 2 where no pack has a name."""
    packs = {path.parent.name: path.parent for path in sorted((ROOT / "challenges").glob("*/challenge.yaml"))}
    if unknown := [name for name in names if name not in packs]:
        print(f"No shipped pack is called {', '.join(unknown)}. There are {', '.join(packs)}.", file=sys.stderr)
        return 2
    held = {name: _holds(packs[name]) for name in names or packs}
    if broken := [name for name, holds in held.items() if not holds]:
        print(f"Not all promises are kept by {', '.join(broken)}.", file=sys.stderr)
    return 1 if broken else 0


def _holds(pack: Path) -> bool:
    now = stamp(pack, root=ROOT, stamps=STAMPS)
    if now.fresh:
        print(f"{pack.name}: nothing has changed since it kept all its promises ({now.file.relative_to(ROOT)})")
        return True
    print(f"{pack.name}: all submissions, variants and mutants", flush=True)
    own = f"{pack.name} or test_{pack.name.replace('-', '_')}"  # what takes packs, and files that are of this one alone
    command = [sys.executable, "-m", "pytest", "-q", "-m", "packs", "-k", own, *TESTS]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        return False
    now.keep()
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A submission with figures of every kind for any pack that makes other data: honest ones, and ones of each cheat.

What is made of it is held in a container (test_claims_docker.py), and the marks without one (test_claims_fresh.py).
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from grader.challenge import Pack
from grader.claims.numbers import numbers
from grader.grading.claims import data_files, laid_out
from tests.small_packs import write_files

HONEST = {
    "agent-tools": "python -m sim",
    "eval-design": "python measure.py data/replies.jsonl",
    "inference-serving": "python measure.py canaries",
    "llm-fundamentals": "python measure.py rivals",
    "rag-triage": "python measure.py data",
    "tool-safety": "python measure.py data",
    "trace-replay": "python measure.py data",
    "repo-setup": "python measure.py",
    "screening": "python -m desk try",
    "trade-off": "python measure.py data",
}
"""Pack → a command of its reference's documents."""
CHEATS = {
    "SLEEPS.md": ("python sleeps.py data", "import time\ntime.sleep(0.5)\nprint(open('kept.txt').read())\n"),
    "FILE.md": ("python file.py data", "import sys\nsys.stdout.write(open('kept.txt').read())\n"),
    "PRINT.md": ("python fixed.py data", "print({printed!r})\n"),
}
"""Document → its command, and the script of that. All print what was printed once."""
MOST = 36
"""Figures of a document; of a submission no more than 200 are looked at."""
TABLE, OTHER, TRUE = "TABLE.md", "OTHER.md", "TRUE.md"
DOCUMENTS = (TRUE, TABLE, OTHER, *CHEATS)


def work(pack: Pack, printed: str) -> dict[str, bytes]:
    """The reference with the documents of all kinds. `printed`: what its honest command prints on the data as given."""
    texts = {TRUE: console(HONEST[pack.id], printed), OTHER: console(HONEST[pack.id], altered(printed))}
    texts[TABLE] = "| what | figure |\n|---|---|\n| share | 0.91737 |\n| cost | 88.317 % |\n"
    for name, (command, script) in CHEATS.items():
        texts |= {name: console(command, printed), command.split()[1]: script.format(printed=printed)}
    own = {
        path.name: path.read_bytes() for path in (pack.root / "solution").iterdir() if path.suffix not in {".md", ""}
    }
    return {**own, "kept.txt": printed.encode(), **{name: text.encode() for name, text in texts.items()}}


def console(command: str, printed: str) -> str:
    """A document with the last lines that the command prints: not so many that another's figures are not looked at."""
    lines, figures = [], 0
    for line in reversed(printed.splitlines()):
        figures += len(numbers(line))
        if numbers(line) and figures <= MOST:
            lines.insert(0, line)
    shown = "".join(f"{line}\n" for line in lines)
    return f"# Figures\n\n```console\n$ {command}\n{shown}```\n"


def altered(printed: str) -> str:
    """The same lines with other figures."""
    return printed.translate(str.maketrans("0123456789", "5678901234"))


def run(
    pack: Pack, files: Mapping[str, bytes], command: str, folder: Path, data: Mapping[str, str] | None = None
) -> str:
    """What a command of ours prints in `folder`, on the starter's data, or on `data` in their place."""
    laid = laid_out(files, data_files(pack) | {path: text.encode() for path, text in (data or {}).items()})
    write_files(folder, laid)
    done = subprocess.run(
        [sys.executable, *shlex.split(command)[1:]],
        cwd=folder,
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def fresh(pack: Pack, seed: int, folder: Path) -> dict[str, str]:
    """The other data that the pack makes of `seed`, in a process of its own: packs have modules of the same names."""
    if not folder.exists():
        write_files(folder, pack.laid)
    module, _, function = pack.claims.generator.partition(":")
    code = (
        f"import importlib, json; print(json.dumps(getattr(importlib.import_module({module!r}), {function!r})({seed})))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    made: dict[str, str] = json.loads(done.stdout)
    return made

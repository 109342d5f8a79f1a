"""Works that ship with a challenge, handed in."""

from __future__ import annotations

import shutil
from pathlib import Path

from grader.challenge.starter import given
from grader.grading.familiar import flags
from tests.works import CHALLENGES

PACK = CHALLENGES / "rag-triage"


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.py")}


def test_the_reference_handed_in_is_told() -> None:
    (said,) = flags(files(PACK / "solution"), PACK, "/elsewhere/work.zip")
    assert "(100%) stand in solution, which ships with the challenge" in said


def test_an_accepted_work_that_was_moved_about_is_told() -> None:
    folder = next(path for path in (PACK / "submissions" / "accepted").iterdir() if files(path))
    tabs = [content.replace(b"    ", b"\t") for content in files(folder).values()]
    moved = {f"other/{n}.py": b"\n\n" + content for n, content in enumerate(tabs)}
    (said,) = flags(moved, PACK, "")
    assert f"stand in submissions/accepted/{folder.name}" in said


def test_the_starter_and_what_is_ones_own_are_not() -> None:
    assert flags(given(PACK), PACK, "") == ()
    own = "".join(f"def {chr(97 + n)}_of_my_own(argument):\n    return argument + {n}\n" for n in range(26))
    assert flags({**given(PACK), "work.py": own.encode()}, PACK, "") == ()


def test_half_of_ones_own_lines_is_the_bound() -> None:
    taken = [line for line in (PACK / "solution" / "triage.py").read_bytes().splitlines() if len(line.strip()) > 30]
    taken = [line for line in dict.fromkeys(taken) if line not in b"".join(given(PACK).values())][:20]
    own = [b"an_own_line_of_mine = %d" % n for n in range(21)]
    assert flags({"w.py": b"\n".join(taken + own)}, PACK, "") == ()
    assert flags({"w.py": b"\n".join(taken + own[:19])}, PACK, "") != ()


def test_what_lies_in_the_pack_is_its_own(tmp_path: Path) -> None:
    pack = shutil.copytree(PACK, tmp_path / "pack")
    assert flags(files(pack / "solution"), pack, str(pack / "solution")) == ()
    assert flags(files(pack / "solution"), pack, str(tmp_path / "work")) != ()

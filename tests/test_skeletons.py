"""Skeletons of items: what is written, what is left alone, and that one is not taken for a text."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.authoring import pack_lint
from grader.authoring.skeletons import MARK, write
from grader.challenge import load_pack
from grader.challenge.findings import FindingKind
from grader.cli import challenge as challenge_command
from grader.errors import ChallengeError, UsageError
from grader.ratings.items import load_items
from grader.testing import packs

NAME = "failure-modes"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return packs.write_pack(tmp_path / "tiny", criteria=(packs.DOCUMENT_CRITERION, packs.CODE_CRITERION))


def meant(root: Path) -> list[tuple[str, str, object]]:
    return [(item.id, item.criterion, item.written_to or item.written_between) for item in load_items(load_pack(root))]


def test_there_is_one_for_each_level_and_between_each_two(root: Path) -> None:
    done = CliRunner().invoke(challenge_command.command, ["items", str(root), "--criterion", NAME, "--borderline"],
                              standalone_mode=False, catch_exceptions=False)  # fmt: skip
    wanted = [1, 2, 3, 4, 5, (1, 2), (2, 3), (3, 4), (4, 5)]
    assert meant(root) == [(f"{NAME}-{n:02d}", NAME, level) for n, level in enumerate(wanted, 1)]
    assert all(Path(line).is_file() for line in done.stdout.splitlines())
    assert len(done.stdout.splitlines()) == 1 + 9


def test_the_anchor_stands_above_the_entry_and_not_in_what_raters_see(root: Path) -> None:
    write(load_pack(root), [NAME], borderline=False)
    anchor = load_pack(root).rubric.criteria[0].levels[2].split()[0]
    text = (root / "calibration" / "items.yaml").read_text()
    assert f"# Level 2: {anchor}" in text
    for item in load_items(load_pack(root)):
        assert {name: content.decode() for name, content in item.content.items()} == {"DECISIONS.md": MARK + "\n"}


def test_what_candidates_begin_with_is_what_an_item_begins_with(root: Path) -> None:
    (root / "starter").mkdir(exist_ok=True)
    (root / "starter" / "DECISIONS.md").write_text("# Decisions\n\n## What may fail\n")
    write(load_pack(root), [NAME], borderline=False)
    (item, *_) = load_items(load_pack(root))
    assert item.content["DECISIONS.md"].decode() == f"{MARK}\n# Decisions\n\n## What may fail\n"


def test_what_is_there_stays_and_ids_go_on(root: Path) -> None:
    write(load_pack(root), [NAME], borderline=False)
    path = root / "calibration" / "items" / f"{NAME}-01" / "DECISIONS.md"
    path.write_text("Written.\n")
    before = (root / "calibration" / "items.yaml").read_text()
    write(load_pack(root), [], borderline=False)
    assert path.read_text() == "Written.\n"
    assert (root / "calibration" / "items.yaml").read_text().startswith(before)
    ids = [one for one, *_ in meant(root)]
    assert len(set(ids)) == len(ids) == 15
    assert ids[5] == f"{NAME}-06"


def test_a_skeleton_is_broken_until_it_is_written(root: Path) -> None:
    write(load_pack(root), [NAME], borderline=False)

    def said() -> list[str]:
        found = pack_lint.check(load_pack(root), (), static=True)
        return [one.place for one in found if one.promise == "calibration" and one.outcome is FindingKind.BROKEN]

    assert [place.split("/")[-2] for place in said()] == [f"{NAME}-{n:02d}" for n in range(1, 6)]
    for place in said():
        Path(place).write_text("Names no failure.\n")
    assert said() == []


def test_a_criterion_that_is_none_is_told_the_nearest(root: Path) -> None:
    with pytest.raises(UsageError, match="did you mean failure-modes"):
        write(load_pack(root), ["failure-mode"], borderline=False)


def test_a_file_of_another_form_is_left_as_it_is(root: Path) -> None:
    write(load_pack(root), [NAME], borderline=False)
    path = root / "calibration" / "items.yaml"
    path.write_text(f"items: [{{id: {NAME}-01, criterion: {NAME}}}]\nschema: 1\n")
    before = path.read_text()
    with pytest.raises(ChallengeError, match="cannot be added"):
        write(load_pack(root), [NAME], borderline=False)
    assert path.read_text() == before

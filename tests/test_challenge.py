"""challenge.yaml and the folder around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.challenge import load_pack
from grader.errors import ChallengeError
from grader.settings import PLACES
from tests.small_packs import write_files, write_pack

TEST = "def test_it(candidate):\n    assert candidate\n"


def refused(root: Path) -> str:
    with pytest.raises(ChallengeError) as caught:
        load_pack(root)
    return caught.value.message


def with_line(root: Path, line: str) -> Path:
    """The small pack with one more line in its manifest, which takes the place of the line with the same key."""
    pack = write_pack(root, TEST)
    manifest = pack / "challenge.yaml"
    key = line.split(":")[0] + ":"
    kept = [old for old in manifest.read_text().splitlines() if not old.startswith(key)]
    manifest.write_text("\n".join([*kept, line]) + "\n")
    return pack


def test_the_small_packs_and_the_shipped_ones_are_read(sums: Path, probe: Path) -> None:
    for root in (sums, probe, *sorted((PLACES.shipped / "challenges").glob("*/"))):
        challenge = load_pack(root)
        assert challenge.root == root
        assert challenge.has_tests == bool([name for name in challenge.tests if "test" in name])


def test_what_a_reveal_waits_for_is_an_optional_key_that_changes_no_digest_where_it_is_left_out(tmp_path: Path) -> None:
    plain = load_pack(write_pack(tmp_path / "plain", TEST))
    assert (plain.review.assessors, plain.review.bar_raiser) == (2, False)
    asked = load_pack(with_line(tmp_path / "asked", "review: {assessors: 3, bar_raiser: true}"))
    assert (asked.review.assessors, asked.review.bar_raiser) == (3, True)
    assert asked.digest != plain.digest  # nobody changes it unseen
    assert "Did you mean 'bar_raiser'?" in refused(with_line(tmp_path / "typo", "review: {bar_raisers: true}"))
    assert "assessors" in refused(with_line(tmp_path / "one", "review: {assessors: 1}"))


def test_what_is_left_out_has_its_documented_default(tmp_path: Path) -> None:
    root = write_files(
        tmp_path / "p",
        {
            "challenge.yaml": "schema: 1\nid: p\nversion: 1.0.0\ntitle: P\nprimary_competency: system_design\n"
            "interface: {kind: documents}\n",
            "instruction.md": "",
            "rubric.yaml": "schema: 1\n",
            "tests/test_a.py": "",
        },
    )
    challenge = load_pack(root)
    assert (challenge.weights.objective, challenge.weights.subjective, challenge.pass_mark) == (60, 40, 70)
    assert (challenge.limits.memory, challenge.limits.call, challenge.limits.total) == (512e6, 10, 120)
    assert (challenge.submission.max_files, challenge.submission.max_bytes) == (500, 20e6)
    assert (challenge.time.working, challenge.time.window) == (4 * 3600, 7 * 86400)
    assert challenge.competency_of("anything") == "system_design"


# ------------------------------------------------------------------------------------------------ sizes and times


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("64MB", 64e6),
        ("64 MB", 64e6),
        ("512KiB", 512 * 1024),
        ("1GiB", 2**30),
        ("1.5kB", 1500),
        ("100", 100),
        ("7B", 7),
    ],
)
def test_sizes(written: str, read: float, tmp_path: Path) -> None:
    assert load_pack(with_line(tmp_path / "p", f"submission: {{max_bytes: {written}}}")).submission.max_bytes == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("10s", 10),
        ("4h", 14400),
        ("7d", 604800),
        ("2w", 1209600),
        ("500ms", 0.5),
        ("90", 90),
        ("1.5m", 90),
        ("3min", 180),
    ],
)
def test_times(written: str, read: float, tmp_path: Path) -> None:
    assert load_pack(with_line(tmp_path / "p", f"time: {{working: {written}}}")).time.working == read


@pytest.mark.parametrize(
    "line",
    [
        "time: {working: 4:00}",
        "time: {working: 4 hours}",
        "time: {working: -1s}",
        "time: {working: 0s}",
        "time: {working: 1e999}",
        "time: {working: .inf}",
        "time: {working: true}",
        "time: {working: [1]}",
        "time: {working: 64MB}",
        "limits: {call: 0}",
        "limits: {memory: 10s}",
        "limits: {memory: 0}",
        "limits: {memory: 64mb}",
        "limits: {memory: 6４MB}",
        "limits: {cpus: 0}",
        "limits: {cpus: .inf}",
        "limits: {cpus: true}",
        "limits: {processes: 1}",
        "limits: {processes: 16.0}",
        "weights: {objective: .inf}",
        "weights: {objective: -1}",
        "weights: {objective: 0, subjective: 0}",
        "weights: {objective: .nan}",
        "pass_mark: 101",
        "pass_mark: .nan",
        "minimums: {system_design: 1.2}",
        "minimums: {system_design: .nan}",
        "minimums: {wizardry: 0.5}",
        "primary_competency: wizardry",
        "secondary_competencies: [coding_fundamentals]",
        "interface: {kind: python}",
        "interface: {kind: telepathy}",
        "interface: {kind: python, module: 'a; import os'}",
        "interface: {kind: http, port: 80}",
        "id: Not An Id",
        "id: ../up",
        "version: 1.0",
        "schema: 2",
        "title: ''",
        "groups: {a: {titel: x}}",
    ],
)
def test_values_that_make_no_sense_are_refused_with_file_and_line(line: str, tmp_path: Path) -> None:
    said = refused(with_line(tmp_path / "p", line))
    assert str(tmp_path / "p" / "challenge.yaml") in said
    assert ".yaml:" in said


def test_an_unknown_key_has_its_line_and_the_nearest_known_one(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "p", TEST, limits="{memmory: 64MB}")
    assert refused(pack) == f"{pack}/challenge.yaml:8: unknown key 'limits.memmory'. Did you mean 'memory'?"


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "p", TEST, limits="{memmory: 64MB, call: soon}", more="pas_mark: 3\n")
    assert len(refused(pack).splitlines()) == 3


# ------------------------------------------------------------------------------------------------ the folder


@pytest.mark.parametrize("name", ["challenge.yaml", "instruction.md", "rubric.yaml"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "p", TEST)
    (pack / name).unlink()
    assert name in refused(pack)


def test_packages_that_are_named_must_be_there(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "p", TEST, more="environment: {requirements: environment/none.txt}\n")
    assert "environment/none.txt" in refused(pack)


def test_a_pack_without_anything_to_grade_is_refused(tmp_path: Path) -> None:
    assert "nothing to grade" in refused(write_pack(tmp_path / "p", {}))


@pytest.mark.parametrize("name", ["test_a.py", "deep/er/test_a.py", "a_test.py"])
def test_tests_are_found_by_either_name(name: str, tmp_path: Path) -> None:
    assert load_pack(write_pack(tmp_path / "p", {name: TEST})).has_tests


# ------------------------------------------------------------------------------------------------ digest


def test_the_digest_covers_what_decides_a_grade_and_nothing_else(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "p", TEST)
    before = load_pack(pack).digest
    assert before.startswith("sha256:")
    write_files(
        pack, {"instruction.md": "other", "solution/work.py": "x", "starter/a": "x", "tests/__pycache__/x.pyc": "x"}
    )
    assert load_pack(pack).digest == before
    seen = {before}
    changed = dict.fromkeys(("tests/test_it.py", "tests/more.json", "environment/requirements.txt"), "# changed\n")
    for name, text in {**changed, "model.yaml": "schema: 1\nmodels: [{id: small}]\n"}.items():
        write_files(pack, {name: text})
        seen.add(load_pack(pack).digest)
    with (pack / "challenge.yaml").open("a") as manifest:
        manifest.write("minimums: {coding_fundamentals: 0.5}\n")
    seen.add(load_pack(pack).digest)
    assert len(seen) == 6


def test_a_file_that_moves_changes_the_digest(tmp_path: Path) -> None:
    first, second = (
        write_pack(tmp_path / "a" / "p", {"test_a.py": TEST}),
        write_pack(tmp_path / "b" / "p", {"test_b.py": TEST}),
    )
    assert load_pack(first).digest != load_pack(second).digest


def test_the_digest_does_not_depend_on_where_the_pack_is(tmp_path: Path) -> None:
    packs = [write_pack(tmp_path / name / "p", TEST) for name in ("a", "b")]
    assert len({load_pack(pack).digest for pack in packs}) == 1


def test_groups_have_a_title_and_a_competency(tmp_path: Path) -> None:
    more = "groups: {fast_paths: {competency: system_design}, b: {title: Bees}}\n"
    challenge = load_pack(write_pack(tmp_path / "p", TEST, more=more))
    assert challenge.competency_of("fast_paths") == "system_design"
    assert challenge.competency_of("b") == "coding_fundamentals"
    titles = [challenge.group_title(name) for name in ("fast_paths", "b", "un-known")]
    assert titles == ["Fast paths", "Bees", "Un known"]


@pytest.mark.parametrize(
    "limits",
    [
        "{memory: 1}", "{memory: 4MB}", "{memory: 31MB}", "{memory: 9999999GB}", "{disk: 1}", "{disk: 9999999GB}",
        "{cpus: 0.001}", "{cpus: 100000}", "{processes: 1}", "{processes: 100000}", "{call: 100000d}",
        "{total: 0.0001ms}", "{reply: 1}", "{reply: 64GB}", "{output: 1}", "{output: 64GB}",
    ],
)  # fmt: skip
def test_a_limit_that_no_machine_can_keep_is_the_packs_fault(limits: str, tmp_path: Path) -> None:
    root = write_pack(tmp_path / "pack", "def test_it(candidate):\n    pass\n", limits=limits)
    key = limits.strip("{}").partition(":")[0]
    with pytest.raises(ChallengeError, match=rf"challenge\.yaml:\d+: limits\.{key}: "):
        load_pack(root)

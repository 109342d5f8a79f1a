"""The arithmetic and the heuristics of a check: anchors, mutants, items, the list, schemas, a new pack."""

from __future__ import annotations

import ast
import json
import re
import statistics
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from grader.authoring import editor, items, listing, mutants, rubric_lint, scaffold, schema
from grader.authoring.anchor_lint import misfits
from grader.authoring.check import Options, check
from grader.challenge import load_pack
from grader.challenge.findings import FindingKind
from grader.challenge.rubric import Criterion
from grader.cli import challenge as challenge_command
from grader.errors import UsageError
from grader.settings import Settings
from tests import authoring_fakes as fakes

ROOT = Path(__file__).parent.parent

# ------------------------------------------------------------------------------------------------ anchors


@pytest.mark.parametrize(
    ("anchor", "words"),
    [
        ("A good and clear explanation of the approach.", ["clear", "good"]),
        ("As level 3, and well written.", ["well"]),
        ("Reasonably thorough handling of errors.", ["reasonably", "thorough"]),
        ("Names at least two good reasons.", []),
        ('Claims are adjectives ("robust", "excellent").', []),
        ("Says what is indexed, as well as how it is scored.", []),
        ("Failures end the program or are swallowed.", []),
    ],
)
def test_praise_is_vague_where_the_anchor_names_nothing_to_look_for(anchor: str, words: list[str]) -> None:
    assert rubric_lint.vague(anchor) == words


@pytest.mark.parametrize(
    ("low", "high", "same"),
    [
        ("Explains some of the choices.", "Explains most of the choices very well.", True),
        ("Explains the choices.", "Does not explain the choices.", False),
        ("Names one failure mode.", "Names two failure modes.", False),
        ("Explains the choice.", "Explains the choice with a figure.", False),
    ],
)
def test_levels_that_differ_only_by_degree_are_the_same(low: str, high: str, same: bool) -> None:
    assert (rubric_lint.content(low) == rubric_lint.content(high)) is same


def test_a_rubric_is_linted_with_the_line_of_the_anchor(tmp_path: Path) -> None:
    rubric = fakes.FILES["rubric.yaml"].replace(
        "Names one limit without an example.", "The notes are good and helpful."
    )
    pack = fakes.write_pack(tmp_path, {"rubric.yaml": rubric.replace("[NOTES.md]", "[DESIGN.md]")})
    found = rubric_lint.check(load_pack(pack), ["work.py", "NOTES.md"])
    texts = {finding.place.rpartition(":")[2]: finding.text for finding in found}
    assert "good, helpful" in texts["9"]
    assert "no file of the reference matches DESIGN.md" in texts["6"]


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ("[NOTES.md, DECISIONS.txt]", [("advice", "no file of the reference matches DECISIONS.txt")]),
        ("[NOTES.md, NOTE.md]", [("broken", "no file of the reference matches NOTE.md; did you mean NOTES.md?")]),
        ("[NOTE.md]", [("broken", "no file of the reference matches NOTE.md; did you mean NOTES.md?")]),
        ('[NOTES.md, "NOTE*.txt"]', [("advice", "no file of the reference matches NOTE*.txt")]),
        (
            "[DECISIONS.txt]",
            [("broken", "no file of the reference matches DECISIONS.txt, so there is nothing to judge")],
        ),
        ('["*.md"]', []),
    ],
)
def test_evidence_that_is_nowhere_is_broken_where_a_file_of_nearly_that_name_is(
    tmp_path: Path, evidence: str, said: list[tuple[str, str]]
) -> None:
    rubric = fakes.FILES["rubric.yaml"].replace("[NOTES.md]", evidence)
    found = rubric_lint.check(load_pack(fakes.write_pack(tmp_path, {"rubric.yaml": rubric})), ["work.py", "NOTES.md"])
    told = [(str(one.outcome), one.text.removeprefix("notes: ")) for one in found if "reference" in one.text]
    assert told == said


def criterion(levels: dict[int, str]) -> Criterion:
    return Criterion(id="c", competency="system_design", question="What?", evidence=["NOTES.md"], levels=levels)


ANCHORS = {1: "Names no trade-off.", 2: "Names a trade-off in words.", 3: "As level 2, and one has a figure."}


@pytest.mark.parametrize(
    ("level", "anchor", "says"),
    [
        (
            2,
            "Names a trade-off. None comes with a figure.",
            "`None comes with a figure` demands that something is absent",
        ),
        (2, "Names a trade-off; its size is not said.", "`is not said` demands that something is absent"),
        (2, "Names a trade-off without saying what it costs.", "demands that something is absent"),
        (2, "Names a trade-off, and an experiment is missing.", "`is missing` demands that something is absent"),
        (2, "Names a trade-off (a cost, a gain), and no figure of it.", "`and no figure of it` demands that something"),
        (2, "Names one or two trade-offs.", "`one or two` is a limit from above"),
        (3, "One trade-off has a figure.", "does not say that it holds all of level 2"),
        (3, "As level 2, and one that the brief does not list.", "cannot be settled from NOTES.md"),
        (3, "As level 2 within the first ten lines.", "`first ten lines` hangs on where lines are broken"),
    ],
)
def test_an_anchor_through_which_work_could_fall_is_advised_against(level: int, anchor: str, says: str) -> None:
    made = criterion(ANCHORS | {level: anchor})
    ((where, text),) = misfits(made)
    assert where == level
    assert says in text


@pytest.mark.parametrize(
    "anchor",
    [
        "As level 2, and it is said why nothing happens twice.",
        "As level 2, and one way of going wrong is named that these cases do not cover.",
        "As level 2, and a threshold is named, with or without a reason.",
        "As level 2, and cases that must not be flagged are included.",
        "As level 2, and one that the brief does not list (it lists late replies and lost letters).",
        "As level 2, and one is named as still open.",
        "As level 2, and three kinds of reply are named (an empty text, no reply at all, a tool that is missing).",
        "As level 2, and a case at the edge is named (for example no message at all).",
    ],
)
def test_an_anchor_that_asks_for_something_negative_of_the_work_is_fine(anchor: str) -> None:
    assert list(misfits(criterion(ANCHORS | {3: anchor}))) == []


def test_the_lowest_level_may_say_what_is_absent() -> None:
    assert list(misfits(criterion(ANCHORS | {1: "No figure is given, and the cost is not said."}))) == []


@pytest.mark.parametrize("path", sorted((ROOT / "challenges").glob("*/rubric.yaml")), ids=lambda path: path.parent.name)
def test_the_shipped_rubrics_pass_their_own_lint(path: Path) -> None:
    challenge = load_pack(path.parent)
    assert [f.text for f in rubric_lint.check(challenge, ()) if f.outcome is not FindingKind.FOUND] == []


# ------------------------------------------------------------------------------------------------ mutants

SOURCE = '''\
"""Docstrings are no code."""
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    size: int = 3

    def fits(self, x: "int") -> bool:
        """Nor is this."""
        if x < self.size and not x == 7:
            return True
        self.size += 1
        print(f"{x > 1}")
        return None


if __name__ == "__main__":
    print(Box().fits(1))
'''


def test_each_mutant_changes_one_place_and_parses() -> None:
    found = list(mutants.mutants("box.py", SOURCE.encode()))
    kinds = {mutant.kind for mutant in found}
    assert kinds == {"comparison", "boundary", "boolean", "constant", "return", "deletion"}
    for mutant in found:
        changed = mutant.source.decode().splitlines()
        different = [n for n, (a, b) in enumerate(zip(SOURCE.splitlines(), changed, strict=True), 1) if a != b]
        assert different == [mutant.line], mutant.name
        ast.parse(mutant.source)


def test_what_makes_no_difference_is_not_mutated() -> None:
    lines = {mutant.line for mutant in mutants.mutants("box.py", SOURCE.encode())}
    # docstrings, imports, the decorator, the annotation, the f-string, `return None`, and the __main__ block
    assert lines == {8, 12, 13, 14, 15}
    texts = {mutant.before for mutant in mutants.mutants("box.py", SOURCE.encode())}
    assert not texts & {'"int"', "x > 1", "None"}


def test_a_line_with_characters_of_several_bytes_is_cut_in_the_right_place() -> None:
    source = 'def f(x):\n    return "é€" + ("ü" if x > 1 else "")\n'
    changed = {mutant.source.decode() for mutant in mutants.mutants("f.py", source.encode())}
    assert 'def f(x):\n    return "é€" + ("ü" if x >= 1 else "")\n' in changed


def test_a_sample_is_the_same_for_a_seed_and_takes_the_kinds_in_turn() -> None:
    files = {"box.py": SOURCE.encode()}
    first = mutants.sample(files, 6, seed=1)
    assert first == mutants.sample(files, 6, seed=1)
    assert len({mutant.kind for mutant in first}) == 6
    assert first != mutants.sample(files, 6, seed=2)


def test_only_files_that_the_interface_leads_to_are_mutated() -> None:
    files = {
        "work.py": b"import helper\nfrom pack import part\n",
        "helper.py": b"import os\n",
        "pack/__init__.py": b"",
        "pack/part.py": b"X = 1\n",
        "run_eval.py": b"X = 1\n",
        "broken.py": b"def",
    }
    assert list(mutants.reached(files, ["work.py"])) == ["helper.py", "pack/__init__.py", "pack/part.py", "work.py"]


def test_a_file_that_does_not_parse_has_no_mutants() -> None:
    assert list(mutants.mutants("x.py", b"def f(:\n")) == []
    assert list(mutants.mutants("x.py", b"x = '\x00'")) == []


# ------------------------------------------------------------------------------------------------ items


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=20))
def test_discrimination_is_the_correlation_that_the_standard_library_computes(pairs: list[tuple[float, float]]) -> None:
    a, b = [x for x, _ in pairs], [y for _, y in pairs]
    found = items.pearson(a, b)
    spread = min(statistics.pstdev(a), statistics.pstdev(b))
    if found is None:
        assert spread < 1e-9
    elif spread > 1e-6:
        assert found == pytest.approx(statistics.correlation(a, b), abs=1e-6)


def test_items_are_hard_easy_and_tell_apart_on_the_shipped_submissions(tmp_path: Path) -> None:
    pack = fakes.write_pack(tmp_path)
    report = check(pack, Options(seeds=1), Settings(), fakes.Maker(), lambda _text: None)
    rows = {row.id: row for row in items.items(report.honest)}
    assert rows["test_it.py::test_a"].difficulty == 1.0
    assert rows["test_it.py::test_a"].discrimination is None
    assert rows["test_it.py::test_b"].difficulty == 0.5
    assert "     -" in "\n".join(items.lines(list(rows.values()), 2))


def test_items_without_two_submissions_say_so() -> None:
    assert "nothing to compare" in items.lines([], 0)[0]


# ------------------------------------------------------------------------------------------------ list


def test_the_list_says_what_each_challenge_is_and_why_one_cannot_be_read(tmp_path: Path) -> None:
    pack = fakes.write_pack(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "challenge.yaml").write_text("schema: 2\n")
    first, second = listing.rows({"tiny": pack, "other": tmp_path / "other"})
    assert first.id == "other"
    assert "challenge.yaml:1" in first.problem
    assert (second.version, second.kind, second.tests, second.criteria) == ("1.0.0", "python", 2, 1)


# ------------------------------------------------------------------------------------------------ schemas


@pytest.mark.parametrize("which", list(editor.WHERE))
def test_the_schemas_for_editors_take_the_shipped_packs(which: editor.Which) -> None:
    import jsonschema

    from grader.challenge import strict_yaml

    made = editor.schema(which)
    validator = jsonschema.validators.validator_for(made)(made)
    validator.check_schema(made)
    name = editor.WHERE[which]
    folders = [*(ROOT / "challenges").iterdir(), *(ROOT / "tests" / "packs" / pack for pack in ("sums", "chatty"))]
    paths = [path for path in (folder / name for folder in folders) if path.is_file()]
    assert paths
    for path in paths:
        data, _ = strict_yaml.load(path)
        assert list(validator.iter_errors(json.loads(json.dumps(data)))) == []


@pytest.mark.parametrize("which", list(editor.WHERE))
def test_every_key_of_a_schema_is_described(which: editor.Which) -> None:
    parts = list(editor._objects(editor.schema(which)))
    silent = [f"{one.get('title')}.{name}" for one in parts for name, value in one["properties"].items()
              if not value.get("description")]  # fmt: skip
    assert silent == []
    assert parts


def test_the_schemas_are_written_where_an_editor_finds_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(challenge_command.command, ["schema", "--out", "schemas"], standalone_mode=False)
    told = json.loads(done.stdout)["yaml.schemas"]
    assert sorted(told) == sorted(path.as_posix() for path in Path("schemas").iterdir())
    for path, (glob,) in told.items():
        assert json.loads(Path(path).read_text())["title"] == glob.removeprefix("challenges/*/")
    for glob in ("challenge.yaml", "calibration/items.yaml"):
        assert any((ROOT / "challenges").glob(f"*/{glob}"))


def test_the_schemas_for_editors_refuse_a_typo_and_a_wrong_kind() -> None:
    import jsonschema

    made = editor.schema("challenge")
    validator = jsonschema.validators.validator_for(made)(made)
    good = {
        "schema": 1, "id": "x", "version": "1.0.0", "title": "X", "primary_competency": "system_design",
        "interface": {"kind": "python", "module": "x"}, "limits": {"call": "10s", "memory": "64MB", "cpus": 1},
    }  # fmt: skip
    assert validator.is_valid(good)
    assert not validator.is_valid({**good, "titel": "X"})
    assert not validator.is_valid({**good, "limits": {"cpus": "1 core"}})
    assert not validator.is_valid({**good, "limits": {"cals": "10s"}})


def test_the_schema_of_a_shared_criterion_has_the_keys_that_the_reader_takes() -> None:
    from grader.challenge.rubric import SharedCriterion

    assert set(editor.USE["properties"]) == set(SharedCriterion.model_fields)  # type: ignore[call-overload]


# ------------------------------------------------------------------------------------------------ new


@pytest.mark.parametrize("interface", list(scaffold.LAYERS))
def test_what_is_said_of_a_new_pack_names_files_that_it_has(tmp_path: Path, interface: scaffold.Interface) -> None:
    written = {path.relative_to(tmp_path / "it").as_posix() for path in scaffold.write("it", interface, tmp_path)}
    named = re.findall(r"[\w/]+\.(?:md|py|yaml)", scaffold.FIRST[interface])
    assert len(named) >= 3
    assert set(named) <= written
    assert ("candidate.files" in scaffold.FIRST[interface]) == (interface == "documents")
    listed = (tmp_path / "it" / "submissions" / "submissions.yaml").read_text()
    assert "How to get them: do the task yourself" in listed


@pytest.mark.parametrize("interface", list(scaffold.LAYERS))
def test_a_new_pack_leaves_nothing_to_be_advised(tmp_path: Path, interface: scaffold.Interface) -> None:
    scaffold.write("log-triage", interface, tmp_path)
    report = check(tmp_path / "log-triage", Options(static=True), Settings(), fakes.Maker(), lambda _text: None)
    assert [one.text for one in report.findings if one.outcome is not FindingKind.FOUND] == []


@pytest.mark.parametrize("interface", list(scaffold.LAYERS))
def test_a_new_pack_reads_without_a_complaint(tmp_path: Path, interface: scaffold.Interface) -> None:
    written = scaffold.write("log-triage", interface, tmp_path)
    assert tmp_path / "log-triage" / "instruction.md" in written
    challenge, listed, findings = schema.read(tmp_path / "log-triage")
    assert [finding.text for finding in findings if finding.outcome is not FindingKind.FOUND] == []
    assert challenge is not None
    assert challenge.interface.kind == interface
    assert {one.entry.kind for one in listed} == {"accepted", "rejected", "cheating", "injection"}
    for path in written:
        text = path.read_text()
        assert re.search(r"%[A-Z]+%", text) is None, f"{path} has a placeholder left"
        if path.suffix == ".py":
            ast.parse(text)


def test_two_new_packs_have_two_canaries(tmp_path: Path) -> None:
    from grader.authoring.canary import canaries

    for name in ("one", "two"):
        scaffold.write(name, "python", tmp_path)
    assert len(canaries(load_pack(tmp_path / "one")) | canaries(load_pack(tmp_path / "two"))) == 2


@pytest.mark.parametrize("name", ["Log", "a/b", "..", "", "-x", "a b", "x" * 65])
def test_a_new_pack_with_a_name_that_is_no_id_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is not a challenge id"):
        scaffold.write(name, "python", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_new_pack_overwrites_nothing(tmp_path: Path) -> None:
    scaffold.write("log-triage", "python", tmp_path)
    with pytest.raises(UsageError, match="is there already"):
        scaffold.write("log-triage", "http", tmp_path)


@pytest.mark.parametrize(
    ("name", "module"), [("log-triage", "log_triage"), ("json", "work"), ("class", "work"), ("2048", "work")]
)
def test_the_module_of_a_new_pack_hides_nothing_of_python(name: str, module: str) -> None:
    assert scaffold.module_name(name) == module

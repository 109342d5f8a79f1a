"""Tasks that differ between candidates: which round somebody is given, and what lies in it."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.batch.entries import from_manifest
from grader.challenge import load_manifest, load_pack
from grader.challenge.starter import given_in, round_of, rounds
from grader.cli import cli
from grader.cli.handed_in import Place, collect_all
from grader.errors import ChallengeError, UsageError
from grader.grading.given_round import flags
from grader.portal import taking
from grader.portal.desk import PortalDesk
from grader.portal.handout import archive
from grader.store import open_store
from grader.submission import make_submission, write_archive
from tests.portal_fixtures import wish

SCREENING = Path(__file__).parent.parent / "challenges" / "screening"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    root = tmp_path / "pack"
    for name, text in {
        "instruction.md": "# Read", "starter/a.py": "1", "starter/data/old.txt": "old", "starter/TASKS.md": "none",
        "rounds/one.json": json.dumps({"TASKS.md": "first", "data/new.txt": "n\xfc"}),
        "rounds/two.json": json.dumps({"TASKS.md": "second"}),
    }.items():  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def test_a_round_lies_over_the_starter_without_its_data(pack: Path) -> None:
    assert rounds(pack) == ("one", "two")
    assert {at: content.decode() for at, content in given_in(pack, "one").items()} == {
        "instruction.md": "# Read", "a.py": "1", "TASKS.md": "first", "data/new.txt": "n\xfc",
    }  # fmt: skip
    assert "data/old.txt" not in given_in(pack, "two")


def test_a_link_has_always_the_same_round_and_each_is_given_about_as_often(pack: Path) -> None:
    found = Counter(round_of(pack, f"link {at}") for at in range(1000))
    assert set(found) == {"one", "two"}
    assert min(found.values()) > 400
    assert {round_of(pack, "link 7") for _ in range(5)} == {round_of(pack, "link 7")}
    assert round_of(pack / "starter", "link") == ""


@pytest.mark.parametrize("files", [[], {"../out.txt": "x"}, {"/etc/x": "x"}, {"a": 1}, {"a//b": "x"}, {"": "x"}])
def test_a_file_that_is_no_round_is_refused_with_its_name(pack: Path, files: object) -> None:
    (pack / "rounds" / "bad.json").write_text(json.dumps(files))
    with pytest.raises(ChallengeError, match=r"bad\.json: a round is an object of paths"):
        given_in(pack, "bad")


def test_a_round_that_is_none_is_refused_with_those_that_are(pack: Path) -> None:
    for name in ("three", "../starter/a", ""):
        with pytest.raises(UsageError, match="there are: one, two"):
            given_in(pack, name)


def test_a_link_into_rounds_is_refused(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    (pack / "rounds" / "in.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(ChallengeError):
        given_in(pack, "in")


def test_a_handout_is_one_of_the_shipped_rounds(tmp_path: Path) -> None:
    out = tmp_path / "r.zip"
    done = CliRunner().invoke(cli, ["challenge", "handout", "screening", "--round", "002", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_bytes() == archive(SCREENING, "002") != archive(SCREENING)
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as whole:
        assert json.loads(whole.read("round.json"))["round"] == 2
        assert "data/str-mask.jsonl" in whole.namelist()
        assert "data/str-spans.jsonl" not in whole.namelist()


# ------------------------------------------------------------------------------------------------ held against it

GIVEN = {"round": 1, "seal": "108deb9e64cb0ee14810"}


@pytest.mark.parametrize(
    ("back", "other"),
    [
        (GIVEN, False), ({"seal": GIVEN["seal"], "round": 1}, False), ({**GIVEN, "round": 2}, True), ([], True),
        ({**GIVEN, "more": 1}, True),
    ],
)  # fmt: skip
def test_a_hand_in_is_held_against_the_round_that_its_candidate_was_given(back: object, other: bool) -> None:
    pack = load_pack(SCREENING)
    for layout in (None, 4):
        found = flags({"round.json": json.dumps(back, indent=layout).encode()}, pack, "001")
        assert [one.partition(" is not")[0] for one in found] == (["round.json"] if other else [])
        assert all("(001)" in one and "somebody else's tasks" in one for one in found)


def test_what_is_no_json_is_another_rounds_and_what_is_not_there_is_said_elsewhere() -> None:
    pack = load_pack(SCREENING)
    assert len(flags({"round.json": b"\xff{"}, pack, "001")) == 1
    assert len(flags({"round.json": b"[" * 100_000}, pack, "001")) == 1
    assert flags({}, pack, "001") == flags({"round.json": b"{}"}, pack, "") == ()


def test_a_manifest_names_rounds_and_one_that_is_none_ends_the_batch_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    manifest = tmp_path / "list.csv"
    manifest.write_text("path,round\nwork,002\n")
    assert [one.round for one in from_manifest(manifest).entries] == ["002"]
    manifest.write_text("path,round\nwork,two\n")
    words = ["batch", "--challenge", "screening", "--manifest", str(manifest), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(cli, [*words, "--store", f"sqlite:///{tmp_path / 's.db'}"])
    assert isinstance(done.exception, UsageError)
    assert "work: the challenge has no round 'two'; there are: 001, 002" in str(done.exception)


@pytest.mark.docker
def test_what_came_by_a_link_is_held_against_the_round_that_the_link_gave_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two links; by both comes the reference, by the second one with the first one's `round.json`."""
    url, version = f"sqlite:///{tmp_path / 'store.db'}", load_manifest(SCREENING).version
    monkeypatch.chdir(tmp_path)
    solution = {path.name: path.read_bytes() for path in (SCREENING / "solution").iterdir() if path.is_file()}
    with open_store(url) as store:
        desk = PortalDesk(engine=store.engine)
        ann = desk.invite(wish("Ann", challenge="screening", version=version))[0]
        bob = next(
            one
            for one in (desk.invite(wish(f"Bob {at}", challenge="screening", version=version))[0] for at in range(99))
            if round_of(SCREENING, one.id) != round_of(SCREENING, ann.id)
        )
        given_out = given_in(SCREENING, round_of(SCREENING, ann.id))["round.json"]
        for one, more in ((ann, b""), (bob, b"# mine\n")):
            work = solution | {"round.json": given_out, "NOTE.md": solution["NOTE.md"] + more}
            desk.start(one)
            sent = io.BytesIO(write_archive(make_submission(work)))
            desk.keep(one, taking.take_upload(taking.folder_of(url), sent, load_manifest(SCREENING)))
            desk.finish(desk.named(one.blind))
        place = Place(store=url, out=tmp_path / "out", hand_ins=None, challenges=None)
        assert collect_all(desk, place, everybody=False, queued=False, public=False) == 0
        said = {}
        for one in (ann, bob):
            (row,) = store.find(one.blind)
            flags = json.loads((Path(row["folder"]) / "grade.json").read_text())["flags"]
            said[one.blind] = [flag for flag in flags if "somebody else's tasks" in flag]
    assert said[ann.blind] == []
    (told,) = said[bob.blind]
    assert f"round.json is not that of the round which the candidate was given ({round_of(SCREENING, bob.id)})" in told

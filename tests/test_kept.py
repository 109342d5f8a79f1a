"""A pack that was read before is the same, read without checking it again; and nothing else is taken for it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.challenge import kept, load_pack, manifest, strict_yaml
from grader.challenge.manifest import Limits
from grader.challenge.record import Record, text_of
from grader.challenge.rubric import GateSettings
from grader.errors import ChallengeError
from grader.grading.pipeline import grade
from grader.grading.run import Request, Run
from grader.result.evidence import snapshot
from grader.secret import Secret
from grader.settings import PLACES, Settings
from tests.batch_fixtures import SUMS, Scripted
from tests.small_packs import write_files, write_pack

TEST = "def test_it(candidate):\n    assert candidate\n"
RUBRIC = """\
schema: 1
criteria:
  - {id: asked, competency: system_design, question: "%s", evidence: ["*.md"], levels: {1: No., 2: Yes.}}
"""
MODEL = """\
schema: 1
models: [{id: m, price: {input: %s}}]
rules: [{when: {says: ["hello {name}"]}, json: {answer: "{name}"}}]
live: {cassette: tape.jsonl}
"""
SHIPPED = sorted(path.parent for path in (PLACES.shipped / "challenges").glob("*/challenge.yaml"))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, with nothing in it."""
    monkeypatch.setattr(PLACES, "cache", tmp_path / "cache")
    manifest._parsed.cache_clear()
    return tmp_path / "cache" / "packs"


def again(root: Path) -> Any:
    """The pack as another process would read it."""
    manifest._parsed.cache_clear()
    return load_pack(root)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """One that is made of all that a pack can be made of."""
    root = write_pack(
        tmp_path / "packs" / "all", TEST, criteria="[{use: 'shared#asked', weight: 3}]",
        more="environment: {requirements: needs.txt}\nminimums: {system_design: 0.5}\ngroups: {g: {title: G}}\n",
    )  # fmt: skip
    answer = {"digest": "0" * 64, "asked": "x", "prompt_tokens": 1, "completion_tokens": 1, "seconds": 0.5, "cost": 0}
    reply = {"text": "hi", "tool_calls": [], "refusal": "", "finish": "stop"}
    return write_files(root, {
        "needs.txt": "", "rubrics/shared.yaml": RUBRIC % "First?", "model.yaml": MODEL % "1.0",
        "tape.jsonl": json.dumps({**answer, "replies": [reply]}) + "\n",
    })  # fmt: skip


def same(one: Any, other: Any) -> bool:
    """Whether both hold the same values of the same types."""
    said = [repr(each) + json.dumps(snapshot(each)) for each in (one, other)]
    models = [each.model.as_data() if each.model else None for each in (one, other)]
    return one == other and said[0] == said[1] and models[0] == models[1]


@pytest.mark.parametrize("root", [SUMS, *SHIPPED], ids=lambda root: root.name)
def test_a_pack_is_the_same_read_anew_and_from_what_was_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = again(root)
    monkeypatch.setattr(strict_yaml, "loads", lambda *_: pytest.fail("it was read as YAML once more"))
    assert same(before, again(root))


def test_all_that_a_pack_is_made_of_is_kept(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = again(pack)
    monkeypatch.setattr(strict_yaml, "loads", lambda *_: pytest.fail("it was read as YAML once more"))
    assert same(before, again(pack))
    assert before.model.recorded == 1


EDITS: dict[str, tuple[str, str, Callable[[Any], object]]] = {
    "challenge.yaml": ("call: 5s", "call: 6s", lambda pack: pack.limits.call),
    "rubric.yaml": ("weight: 3", "weight: 4", lambda pack: pack.rubric.weight),
    "rubrics/shared.yaml": ("First?", "Second?", lambda pack: pack.rubric.criteria[0].question),
    "model.yaml": ("1.0", "2.0", lambda pack: pack.model.models[0].price.input),
    "tape.jsonl": ('"hi"', '"ho"', lambda pack: pack.model.answers["0" * 64]["replies"][0]["text"]),
    "needs.txt": ("", "# nothing", lambda pack: pack.requirements),
    "tests/test_it.py": ("assert candidate", "assert not candidate", lambda pack: pack.laid["test_it.py"]),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_is_edited_is_read_anew(name: str, pack: Path) -> None:
    old, new, seen = EDITS[name]
    before = again(pack)
    path = pack / name
    path.write_text(path.read_text().replace(old, new) if old else new)
    after = again(pack)
    assert seen(before) != seen(after)
    assert before.digest != after.digest


def test_a_shared_rubric_that_comes_to_stand_nearer_is_the_one_that_counts(pack: Path, tmp_path: Path) -> None:
    shutil.move(pack / "rubrics", tmp_path / "rubrics")
    assert again(pack).rubric.criteria[0].question == "First?"
    write_files(pack, {"rubrics/shared.yaml": RUBRIC % "Nearer?"})
    assert again(pack).rubric.criteria[0].question == "Nearer?"


def test_what_is_wrong_with_a_pack_is_said_each_time_in_the_same_words(pack: Path) -> None:
    again(pack)
    (pack / "challenge.yaml").write_text((pack / "challenge.yaml").read_text() + "limit: {}\n")
    said = []
    for _ in range(2):
        with pytest.raises(ChallengeError) as caught:
            again(pack)
        said.append(caught.value.message)
    assert said[0] == said[1]
    assert "unknown key 'limit'. Did you mean 'limits'?" in said[0]


# ------------------------------------------------------------------------------------------------ what is not trusted


def entry_of(cache: Path, text: str) -> Path:
    (found,) = (path for path in cache.glob("*.json") if text in path.read_text())
    return found


def planted(entry: Path, old: str, new: str) -> None:
    """Another content, with the right digest: whoever can write there can reckon."""
    body = entry.read_text().partition("\n")[2].replace(old, new)
    assert new in body
    entry.write_text(f"{hashlib.sha256(entry.stem.encode() + bytes(1) + body.encode()).hexdigest()}\n{body}")


def test_what_is_planted_by_the_owner_would_be_taken(cache: Path) -> None:
    assert again(SUMS).pass_mark == 70
    planted(entry_of(cache, "Manifest"), "70.0", "1.0")
    assert again(SUMS).pass_mark == 1  # else the tests below would show nothing


def by_others(entry: Path) -> None:
    entry.chmod(0o666)


def by_its_group(entry: Path) -> None:
    entry.chmod(0o660)


def in_a_folder_of_all(entry: Path) -> None:
    entry.parent.chmod(0o777)


def below_a_folder_of_all(entry: Path) -> None:
    entry.parent.parent.chmod(0o777)


def through_a_link(entry: Path) -> None:
    entry.rename(entry.with_suffix(".other"))
    entry.symlink_to(entry.with_suffix(".other"))


def through_a_linked_folder(entry: Path) -> None:
    entry.parent.rename(entry.parent.with_name("other"))
    entry.parent.symlink_to(entry.parent.with_name("other"))


@pytest.mark.parametrize(
    "way", [by_others, by_its_group, in_a_folder_of_all, below_a_folder_of_all, through_a_link, through_a_linked_folder]
)
def test_what_others_could_have_planted_is_not_taken(way: Callable[[Path], None], cache: Path) -> None:
    before = again(SUMS)
    entry = entry_of(cache, "Manifest")
    planted(entry, "70.0", "1.0")
    way(entry)
    assert same(before, again(SUMS))


def test_what_is_another_users_is_not_taken(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = again(SUMS)
    planted(entry_of(cache, "Manifest"), "70.0", "1.0")
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    assert same(before, again(SUMS))


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "a changed byte": lambda content: content.replace(b"70.0", b"71.0"),
    "cut short": lambda content: content[: len(content) // 2],
    "empty": lambda _content: b"",
    "no JSON": lambda content: content[:65] + b"{",
    "no ASCII": lambda content: b"\xff" + content,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_is_made_anew(damage: str, cache: Path) -> None:
    before = again(SUMS)
    entry = entry_of(cache, "Manifest")
    whole = entry.read_bytes()
    entry.write_bytes(DAMAGE[damage](whole))
    assert same(before, again(SUMS))
    assert entry.read_bytes() == whole


def test_an_entry_in_the_place_of_another_is_made_anew(pack: Path, cache: Path) -> None:
    before = again(SUMS)
    entry = entry_of(cache, "Manifest")
    again(pack)
    (other,) = (path for path in cache.glob("*.json") if "Manifest" in path.read_text() and path != entry)
    shutil.copy(other, entry)
    assert same(before, again(SUMS))


@pytest.mark.parametrize("kind", ["os:system", "builtins:eval", "subprocess:Popen", "grader.settings:Settings"])
def test_an_entry_makes_nothing_but_records_of_a_pack(kind: str, cache: Path) -> None:
    before = again(SUMS)
    planted(entry_of(cache, "Manifest"), "grader.challenge.manifest:Limits", kind)
    assert same(before, again(SUMS))


def test_another_version_makes_its_own(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    again(SUMS)
    many = len(list(cache.glob("*.json")))
    monkeypatch.setattr(kept, "__version__", "0.0.0.other")
    again(SUMS)
    assert len(list(cache.glob("*.json"))) == 2 * many


def test_entries_are_their_owners_alone_and_old_ones_go(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_ENTRIES", 3)
    for number in range(9):
        assert kept.kept("test", [b"%d" % number], lambda n=number: [n]) == [number]  # type: ignore[misc]
    assert len(list(cache.glob("*.json"))) == 3
    assert {path.stat().st_mode & 0o077 for path in (cache, *cache.iterdir())} == {0}


def test_a_pack_is_read_where_nothing_can_be_kept(cache: Path) -> None:
    cache.parent.write_text("a file stands in the way")
    assert again(SUMS).id == "sums"


# ------------------------------------------------------------------------------------------------ what comes of it


def test_a_grade_is_the_same_in_every_byte_that_is_no_time(tmp_path: Path) -> None:
    said = []
    for name in ("anew", "kept"):
        manifest._parsed.cache_clear()
        out = tmp_path / name
        request = Request(source=str(SUMS / "solution"), challenge=SUMS, out=out, judge=False)
        run = Run(request=request, settings=Settings(), say=lambda _text: None, id="0" * 12, started_at="then",
                  secret=Secret(value=b"s" * 32, source="the test"))  # fmt: skip
        grade(run, lambda asked: Scripted(asked, {}, []))
        data = json.loads((out / "grade.json").read_text()) | {"timings": {}}
        files = {path.name: path.read_bytes() for path in (out / "evidence").iterdir() if path.suffix == ".json"}
        said.append((data, files))
    assert said[0] == said[1]
    assert said[0][0]["status"] == "graded"


def test_a_pack_that_is_known_is_read_without_what_checks_one(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from grader.challenge import load_pack\n"
        f"for root in {[str(SUMS), *map(str, SHIPPED)]!r}: load_pack(Path(root))\n"
        "print(sorted({'pydantic', 'pydantic_core', 'yaml'} & set(sys.modules)))"
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    (tmp_path / "grader").mkdir(mode=0o700)
    said = [
        subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    ]
    assert said == ["['pydantic', 'pydantic_core', 'yaml']\n", "[]\n"]


@pytest.mark.parametrize(
    "number", [0.0, 1.0, 0.1, 1e-4, 1e-5, 1.25e-5, 9.9e-6, 1.5e-9, 1e-10, 1e15, 1.5e16, 1e22, 123456.789]
)
def test_the_text_on_which_digests_rest_is_pydantics(number: float) -> None:
    record = GateSettings(smd=number, loosened_because='ä "\\ \n\t\x01\x7f \u2028 \U0001f600')
    checked: Any = GateSettings.checker().model_validate(record.model_dump() | {"smd": number})
    mine = text_of(record.model_copy(update={"smd": number}).model_dump())
    assert mine == checked.model_dump_json()


def test_a_record_checks_itself_and_stays_as_it_is() -> None:
    with pytest.raises(ValueError, match="cpus"):
        Limits.model_validate({"cpus": 0})
    assert Limits.model_validate({"cpus": 2}) == Limits(cpus=2.0)
    assert issubclass(Limits, Record)

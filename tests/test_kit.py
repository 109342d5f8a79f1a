"""What packs share: its mechanics, how it comes to lie beside hidden tests, and that a pack's digest covers it."""

from __future__ import annotations

import itertools
import random
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grader_kit
import pytest
from click.testing import CliRunner
from grader_kit import (
    as_lines,
    in_drawn_order,
    kept_back,
    one_of_each,
    open_to,
    problem_of,
    repeated,
    share,
    shown,
    starter,
    stream,
    together,
    untaken,
    unusable,
    write_starter,
    wrong_choice,
    wrong_flag,
    wrong_keys,
    wrong_number,
    wrong_text,
)  # fmt: skip
from grader_tests import CandidateError

from grader.authoring.canary import canaries, check_files
from grader.challenge import Pack, beside, load_pack
from grader.challenge.pack import digest_of
from grader.cli.challenge import copy
from grader.errors import ChallengeError
from grader.grading.job import make_job
from grader.settings import PLACES
from grader.submission import make_submission
from tests.small_packs import write_files, write_pack

USES = "from grader_kit import stream\n\n\ndef test_it(candidate, seed):\n    assert stream(seed, 'a').random() < 2\n"
PLAIN = "def test_it(candidate):\n    assert candidate\n"


@pytest.fixture
def own_kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped files that may be edited: the kit's folder in it."""
    shutil.copytree(PLACES.shipped / "kit", tmp_path / "shipped" / "kit")
    monkeypatch.setattr(PLACES, "shipped", tmp_path / "shipped")
    return tmp_path / "shipped" / "kit" / beside.KIT


def both(tmp_path: Path) -> tuple[Pack, Pack]:
    """A pack that uses the kit, and one that does not."""
    user, other = (write_pack(tmp_path / name, source) for name, source in (("user", USES), ("other", PLAIN)))
    return load_pack(user), load_pack(other)


# ---------------------------------------------------------------------------------------------- beside the tests


def test_the_kit_is_laid_beside_the_tests_that_name_it_and_beside_no_others(tmp_path: Path) -> None:
    user, other = both(tmp_path)
    assert set(user.laid) - set(user.tests) == set(beside.kit())
    assert f"{beside.KIT}/streams.py" in user.laid
    assert other.laid == other.tests
    assert all(user.laid[name] == content for name, content in user.tests.items())


def test_an_edited_kit_changes_the_digest_of_each_pack_that_uses_it_and_of_no_other(
    tmp_path: Path, own_kit: Path
) -> None:
    before = both(tmp_path)
    for edited in ("streams.py", "new.py"):
        write_files(own_kit, {edited: "# other\n"})
        after = both(tmp_path)
        assert before[0].digest != after[0].digest
        assert before[1].digest == after[1].digest
        assert before[0].is_edited()
        assert not before[1].is_edited()
        before = after


def test_the_digest_is_that_of_a_pack_in_which_the_kit_lies_among_the_tests(tmp_path: Path) -> None:
    """So nothing of it is left out, and no other byte is in it."""
    used, _ = both(tmp_path)
    copied = {f"tests/{name}": content for name, content in beside.kit().items()}
    assert used.digest == digest_of(used.rubric, used.model, {**used.files, **copied})
    assert used.digest != digest_of(used.rubric, used.model, used.files)


def test_the_kit_is_read_once_with_the_pack(tmp_path: Path, own_kit: Path) -> None:
    used, _ = both(tmp_path)
    held = dict(used.laid)
    (own_kit / "streams.py").write_text("raise SystemExit")
    assert used.laid == held
    with pytest.raises(TypeError):
        used.laid["new"] = b""  # type: ignore[index]


def test_what_python_leaves_in_the_folder_of_the_kit_is_no_part_of_it(tmp_path: Path, own_kit: Path) -> None:
    before, _ = both(tmp_path)
    write_files(own_kit, {"__pycache__/streams.pyc": b"x", "notes.txt": "x", "py.typed": ""})
    assert both(tmp_path)[0].digest == before.digest


@pytest.mark.parametrize("name", ["grader_kit.py", "grader_kit/__init__.py", "grader_kit/a.txt"])
def test_a_file_of_a_pack_in_the_place_of_the_kit_is_refused_by_name(tmp_path: Path, name: str) -> None:
    root = write_pack(tmp_path / "p", {"test_it.py": PLAIN, name: ""})
    with pytest.raises(ChallengeError, match=f"tests/{name}: grader_kit is the name of the kit"):
        load_pack(root)


def test_files_that_only_look_like_the_kit_are_the_packs_own(tmp_path: Path) -> None:
    names = ("kit.py", "streams.py", "world/grader_kit.py", "grader_kits.py")
    root = write_pack(tmp_path / "p", {"test_it.py": PLAIN, **dict.fromkeys(names, "")})
    assert set(names) < set(load_pack(root).laid)


def test_the_kit_runs_with_nothing_but_the_standard_library(tmp_path: Path) -> None:
    write_files(tmp_path, beside.kit())
    modules = [name.removesuffix(".py").replace("/", ".") for name in beside.kit()]
    code = (
        f"import importlib, sys; sys.path.insert(0, {str(tmp_path)!r}); [importlib.import_module(n) for n in {modules}]"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# ---------------------------------------------------------------------------------------------- taken from the starter


ENGINE = "from engine import two\n\n\ndef test_it(candidate):\n    assert candidate.call('f') == two()\n"


def taking(root: Path, take: str = "{engine: starter/sim}", **files: str) -> Path:
    """A pack whose tests import what lies in its starter."""
    tests = {"test_it.py": ENGINE} | {name: text for name, text in files.items() if not name.startswith("starter/")}
    write_pack(root, tests, more=f"take: {take}\n")
    given = {name: text for name, text in files.items() if name.startswith("starter/")}
    return write_files(root, {"starter/sim/__init__.py": "def two():\n    return 2\n", **given})


def test_what_is_taken_from_the_starter_is_laid_beside_the_tests_and_decides_the_digest(tmp_path: Path) -> None:
    root = taking(tmp_path / "p", **{"starter/sim/data/a.txt": "a", "starter/other.py": ""})
    before = load_pack(root)
    assert set(before.laid) - set(before.tests) == {"engine/__init__.py", "engine/data/a.txt"}
    assert make_job(before, make_submission({}), seed=1, image="x").tests == before.laid
    write_files(root, {"starter/other.py": "# changes nothing that is graded", "starter/sim/__pycache__/x.pyc": "x"})
    assert load_pack(root).digest == before.digest
    write_files(root, {"starter/sim/data/a.txt": "b"})
    assert before.is_edited()


def test_a_copy_in_the_tests_has_the_digest_of_what_is_taken_but_for_the_line_that_takes_it(tmp_path: Path) -> None:
    used = load_pack(taking(tmp_path / "p"))
    copied = {f"tests/{name}": content for name, content in used.laid.items()}
    assert used.digest == digest_of(used.rubric, used.model, {**used.files, **copied})


@pytest.mark.parametrize(
    ("take", "said"),
    [
        ("{engine: starter/none}", "take names starter/none, which is no folder with files"),
        ("{engine: starter}", "write it like starter/sim"),
        ("{engine: solution}", "write it like starter/sim"),
        ("{engine: starter/../solution}", "write it like starter/sim"),
        ("{engine: /etc}", "write it like starter/sim"),
        ("{engine: starter/sim/}", "write it like starter/sim"),
        ("{en-gine: starter/sim}", "'en-gine' is no name for a package"),
        ("{random: starter/sim}", "'random' is no name for a package"),
        ("{grader_kit: starter/sim}", "'grader_kit' is no name for a package"),
        ("{class: starter/sim}", "'class' is no name for a package"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_what_can(tmp_path: Path, take: str, said: str) -> None:
    root = taking(tmp_path / "p", take)
    with pytest.raises(ChallengeError, match=re.escape(said)):
        load_pack(root)


@pytest.mark.parametrize("name", ["engine.py", "engine/__init__.py", "engine/more.py"])
def test_a_file_of_the_tests_in_the_place_of_what_is_taken_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ChallengeError, match=f"tests/{name}: engine is the name of what is taken from starter/sim"):
        load_pack(taking(tmp_path / "p", **{name: ""}))


@pytest.mark.parametrize("name", ["test_more.py", "deep/more_test.py", "conftest.py"])
def test_no_test_comes_out_of_the_starter(tmp_path: Path, name: str) -> None:
    with pytest.raises(ChallengeError, match="is no helper of tests"):
        load_pack(taking(tmp_path / "p", **{f"starter/sim/{name}": ""}))


@pytest.mark.parametrize("name", ["starter", "starter/sim", "starter/sim/__init__.py"])
def test_a_link_on_the_way_to_what_is_taken_is_refused_by_name(tmp_path: Path, name: str) -> None:
    root = taking(tmp_path / "p")
    (root / name).rename(root / "kept")
    (root / name).symlink_to(root / "kept")
    with pytest.raises(ChallengeError, match=f"{name}: is a link to"):
        load_pack(root)


def test_the_canary_of_what_is_hidden_is_looked_for_in_what_is_taken(tmp_path: Path) -> None:
    """What is taken is public, so a canary in it is a leak, and its own words are no canary."""
    secret = "a-canary-of-some-length"
    root = taking(tmp_path / "p", **{"canary.py": f"CANARY = {secret!r}\n", "starter/sim/x.py": "canary: str = ''\n"})
    pack = load_pack(root)
    assert list(canaries(pack)) == [secret]
    assert [str(one.outcome) for one in check_files(pack, canaries(pack))] == ["found"]
    write_files(root, {"starter/sim/x.py": f"# {secret}\n"})
    assert [str(one.outcome) for one in check_files(load_pack(root), canaries(pack))] == ["broken"]


# ---------------------------------------------------------------------------------------------- streams


def test_a_stream_is_that_of_its_seed_and_names_for_ever() -> None:
    """Grades rest on it: a change here gives every candidate other data."""
    assert stream(7, "shop").random() == random.Random("7:shop").random()
    assert (
        stream("7", "a", 3).getrandbits(64)
        == stream(7, "a:3").getrandbits(64)
        == random.Random("7:a:3").getrandbits(64)
    )
    assert stream(7).random() == random.Random("7").random()


def test_no_stream_moves_another() -> None:
    one, other = stream(1, "a"), stream(1, "b")
    one.random()
    assert other.random() == stream(1, "b").random()
    assert len({stream(seed, name).random() for seed in range(20) for name in "abc"}) == 60


def test_each_item_comes_as_often_as_is_drawn_for_it_and_in_its_place() -> None:
    found = repeated(stream(1, "many"), "abc" * 20, 0, 2)
    assert found == repeated(stream(1, "many"), "abc" * 20, 0, 2)
    assert len({found.count(letter) for letter in "abc"}) > 1
    assert 30 < len(found) < 90
    assert repeated(stream(1), "ab", 2, 2) == ["a", "a", "b", "b"]


def test_groups_are_asked_as_one_list_and_get_their_own_replies_back() -> None:
    asked: list[list[int]] = []

    def ask(items: list[int]) -> list[str]:
        asked.append(items)
        return [str(item) for item in items]

    assert together(ask, [1, 2], [], (3,)) == [["1", "2"], [], ["3"]]
    assert asked == [[1, 2, 3]]
    with pytest.raises(ValueError, match="shorter"):
        together(lambda items: items[:1], [1, 2], [3])


def test_what_is_asked_in_a_drawn_order_comes_back_in_its_own() -> None:
    asked: list[list[int]] = []

    def ask(items: list[int]) -> list[int]:
        asked.append(items)
        return [10 * item for item in items]

    assert in_drawn_order(stream(1), ask, range(30)) == [10 * item for item in range(30)]
    assert in_drawn_order(stream(2), ask, range(30)) == [10 * item for item in range(30)]
    assert sorted(asked[0]) == sorted(asked[1]) == list(range(30))
    assert list(range(30)) not in asked
    assert asked[0] != asked[1]
    assert in_drawn_order(stream(1), ask, []) == []
    with pytest.raises(ValueError, match="shorter"):
        in_drawn_order(stream(1), lambda items: items[:1], [1, 2])


# ---------------------------------------------------------------------------------------------- pools


def test_the_last_of_a_pool_is_kept_back_from_the_public_and_of_small_pools_nothing() -> None:
    pool = ["a", "b", "c"]
    assert (open_to(pool, public=True), kept_back(pool)) == (["a", "b"], ["c"])
    assert open_to(pool, public=False) is pool
    assert (open_to(pool, public=True, least=4), kept_back(pool, least=4)) == (pool, [])
    assert (open_to(("a",), public=True), kept_back(("a",))) == (("a",), ())
    assert (open_to([], public=True, least=0), kept_back([], least=0)) == ([], [])


# ---------------------------------------------------------------------------------------------- replies


HOSTILE = [
    None,
    True,
    -1,
    10**4000,
    float("nan"),
    "",
    "x" * 9,
    [],
    [[]],
    {},
    {"a": {}},
    {1: 2},
    ["a"] * 9,
    "\ud800" * 9,
]


@pytest.mark.parametrize(
    ("check", "right"),
    [
        (lambda value: wrong_keys(value, ("a", "b"), "flag"), [{"a": None, "b": None}]),
        (lambda value: wrong_choice(value, ("one", "two"), "one of the two"), ["one"]),
        (lambda value: wrong_number(value, "share", 0, 1), [0, 1, 0.5]),
        (lambda value: wrong_text(value, "why", 3), ["", "abc"]),
        (lambda value: wrong_flag(value, "bad"), [True, False]),
    ],
    ids=["keys", "choice", "number", "text", "flag"],
)
def test_what_a_candidate_sends_is_right_or_wrong_and_never_an_exception(
    check: Callable[[Any], str], right: list[Any]
) -> None:
    assert [problem_of(value, check) for value in right] == [""] * len(right)
    others = [value for value in HOSTILE if not any(type(value) is type(one) and value == one for one in right)]
    assert len(others) >= len(HOSTILE) - 2
    assert [value for value in others if check(value) == ""] == []


def test_a_sentence_says_what_was_sent_and_what_is_right() -> None:
    assert wrong_keys({"a": 1}, {"b", "a"}, "flag") == "flag has to return a dict with the keys a, b"
    assert wrong_choice("x" * 99, ("a",), "one of the queues") == f"'{'x' * 59} is not one of the queues"
    assert wrong_number(True, "confidence", 0, 1) == "confidence True is not a number from 0 to 1"
    assert shown(10**5000) == "something of type int"
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    assert shown(nested) == "something of type list"


def test_an_error_in_place_of_a_reply_and_a_check_that_stumbles_are_problems() -> None:
    assert problem_of(CandidateError("TimeLimit", "5 s are over"), str) == "TimeLimit: 5 s are over"
    assert problem_of(KeyError("x"), str) == "KeyError: 'x'"
    assert problem_of({}, lambda value: str(value["bad"])).startswith("it is not of the right shape (KeyError")
    with pytest.raises(KeyboardInterrupt):
        problem_of({}, lambda _: (_ for _ in ()).throw(KeyboardInterrupt))


def test_replies_that_cannot_be_used_are_counted_and_the_first_is_quoted() -> None:
    many = unusable(iter(["", "bad" * 200, "", "worse"]))
    assert many == f" 2 of 4 replies were not usable, the first: {'bad' * 100}."
    assert unusable(["no"], "drafts") == " 1 of 1 drafts were not usable, the first: no."
    assert unusable(["", ""]) == unusable([]) == ""


def test_the_share_of_nothing_is_nothing() -> None:
    assert share([]) == 0.0
    assert share(x > 1 for x in (1, 2, 3, 4)) == 0.75


# ---------------------------------------------------------------------------------------------- names


def test_a_name_is_made_of_one_of_each_part_in_their_order() -> None:
    parts = (("Ada", "Ben"), ("Abel", "Brandt", "Castro"))
    names = {one_of_each(stream(seed), *parts) for seed in range(200)}
    assert names == set(itertools.product(*parts))
    assert one_of_each(stream(3), "ab", "cd") == (lambda rng: (rng.choice("ab"), rng.choice("cd")))(stream(3))


def test_a_taken_name_is_drawn_again_and_no_search_is_endless() -> None:
    names = iter(["a", "b", "c"])
    assert untaken(lambda: next(names), {"a", "b"}.__contains__) == "c"
    with pytest.raises(ValueError, match="no name is free after 10000 draws; the last was 'a'"):
        untaken(lambda: "a", lambda _name: True)


# ---------------------------------------------------------------------------------------------- the starter


def test_the_starter_is_written_where_the_command_line_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["starter.py", str(tmp_path / "new")])
    write_starter({"data/rows.jsonl": as_lines([{"a": "ä"}, [1]]), "x.txt": "a\n"}, "secret-canary")
    assert (tmp_path / "new" / "data" / "rows.jsonl").read_bytes() == '{"a": "ä"}\n[1]\n'.encode()
    assert (tmp_path / "new" / "x.txt").read_bytes() == b"a\n"
    monkeypatch.setattr(sys, "argv", ["starter.py"])
    with pytest.raises(SystemExit, match=r"usage: starter\.py FOLDER"):
        write_starter({}, "secret-canary")


@pytest.mark.parametrize(
    "files",
    [{"b.txt": "x secret-canary x"}, {"secret-canary.txt": ""}, {"../b.txt": ""}, {"/b.txt": ""}, {"a/../../b": ""}],
)
def test_nothing_is_written_where_a_file_would_give_away_what_is_hidden(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"holds the canary|leads out"):
        starter.write(tmp_path / "new", {"a.txt": "fine", **files}, "secret-canary")
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------------------------------------- an author's copy


def test_hidden_tests_are_copied_with_what_is_laid_beside_them(tmp_path: Path) -> None:
    root = write_pack(tmp_path / "user", USES)
    done = CliRunner().invoke(copy, [str(root), "tests", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    paths = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {path.relative_to(tmp_path / "out").as_posix() for path in paths} == set(load_pack(root).laid)


@pytest.mark.parametrize(
    ("name", "module", "wanted"),
    [
        ("rag-triage", "world.starter", {"documents.jsonl", "history.jsonl", "questions.jsonl"}),
        ("agent-tools", "world", {"sample.json", "log.jsonl", "books.csv"}),
        ("trace-replay", "world.starter", {"reviewed.jsonl", "incident.jsonl", "named.txt", "experiments.yaml"}),
        (
            "llm-fundamentals",
            "world.starter",
            {
                "batches.jsonl",
                "contexts.jsonl",
                "draws.jsonl",
                "encodings.jsonl",
                "envelope.sealed",
                "invoices.jsonl",
                "losses.jsonl",
                "runs.jsonl",
                "vocabularies.jsonl",
            },
        ),
        (
            "inference-serving",
            "world.starter",
            {"step.json", "route.json", "look.json", "canaries.json", "replays.json", "envelope.sealed"},
        ),
        ("repo-setup", "world.starter", {"sample.json", "envelope.sealed", "README.md"}),
        (
            "tool-safety",
            "world.starter",
            {"houses.json", "calls.jsonl", "outgoing.jsonl", "claims.jsonl", "cuts.jsonl", "envelope.sealed"},
        ),
        (
            "trade-off",
            "world.starter",
            {
                "dossier.json",
                "practice-1.json",
                "practice-2.json",
                "practice-3.json",
                "practice-4.json",
                "came-out.json",
                "envelope.sealed",
            },
        ),
    ],
)
def test_the_generator_of_a_shipped_pack_writes_its_starter_from_such_a_copy(
    tmp_path: Path, name: str, module: str, wanted: set[str]
) -> None:
    pack = PLACES.shipped / "challenges" / name
    write_files(tmp_path / "tests", load_pack(pack).laid)
    words = [sys.executable, "-m", module, str(tmp_path / "data")]
    done = subprocess.run(words, cwd=tmp_path / "tests", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    made = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()}
    assert set(made) == wanted
    starter = pack / "starter"
    given = starter / "data" if (starter / "data").is_dir() else starter
    assert all((given / name).read_bytes() == content for name, content in made.items())


def test_every_name_of_the_kit_stands_in_the_page_for_authors() -> None:
    page = (Path(__file__).parent.parent / "docs" / "authoring.md").read_text("utf-8")
    names = [name for name, value in vars(grader_kit).items() if callable(value)]
    assert len(names) > 15
    assert [name for name in names if f"`{name}" not in page] == []


def test_what_is_read_beside_the_package_comes_with_an_installed_one() -> None:
    root = Path(__file__).parent.parent
    targets = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]
    sources = "".join(path.read_text("utf-8") for path in (root / "grader").rglob("*.py"))
    read = set(re.findall(r'PLACES\.shipped / "(\w+)"', sources))
    assert "kit" in read
    assert {name: f"grader/shipped/{name}" for name in read}.items() <= targets["wheel"]["force-include"].items()
    assert read <= set(targets["sdist"]["include"])


# ---------------------------------------------------------------------------------------------- that nothing changes


def drawn(root: Path, test: str, seed: int = 1) -> str:
    """What `tests/draws.py` says of a pack with this single test."""
    write_pack(root, test)
    words = [sys.executable, "-m", "tests.draws", str(root), "--one", str(seed)]
    done = subprocess.run(words, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=True)
    (line,) = done.stdout.splitlines()
    return line.partition("test_it ")[2]


@pytest.mark.slow
def test_a_pack_that_draws_and_sends_the_same_in_other_code_has_the_same_lines_and_no_other_has(tmp_path: Path) -> None:
    body = "\n\ndef test_it(candidate, seed):\n    candidate.map('f', DRAW.sample(range(9), 3), errors='return')\n"
    own = "import random" + body.replace("DRAW", "random.Random(f'{seed}:a')")
    by_kit = "from grader_kit import stream" + body.replace("DRAW", "stream(seed, 'a')")
    before = drawn(tmp_path / "a", own)
    assert before == drawn(tmp_path / "b", by_kit)
    changes = (("'a'", "'b'"), ("range(9)", "range(8)"), ("'f'", "'g'"), ("3)", "4)[:3]"))
    others = [drawn(tmp_path / f"c{at}", by_kit.replace(*change)) for at, change in enumerate(changes)]
    assert len({before, drawn(tmp_path / "d", by_kit, seed=2), *others}) == 6

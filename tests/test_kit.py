"""What packs share: its mechanics, how it comes to lie beside hidden tests, and that a pack's digest covers it."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.challenge import Pack, beside, load_pack
from grader.challenge.pack import digest_of
from grader.errors import ChallengeError
from grader.settings import PLACES
from grader_kit import repeated, stream, together
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
    with pytest.raises(ValueError, match="3 were asked and 1 replied"):
        together(lambda items: items[:1], [1, 2], [3])

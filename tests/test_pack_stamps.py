"""A pack is checked again as soon as anything that its check depends on has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import pack_stamps
from tests.pack_stamps import SHARED, stamp


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for name in (*SHARED, "challenges/one"):
        file = tmp_path / name if "." in name else tmp_path / name / "file.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path


@pytest.mark.parametrize("name", [*SHARED, "challenges/one"])
def test_a_change_of_anything_that_it_depends_on_makes_a_stamp_stale(name: str, house: Path) -> None:
    def now() -> pack_stamps.Stamp:
        return stamp(house / "challenges" / "one", root=house, stamps=house / "stamps")

    assert not now().fresh
    now().keep()
    assert now().fresh
    file = house / name if "." in name else house / name / "file.py"
    file.write_text("changed")
    assert not now().fresh
    file.write_text(name)
    assert now().fresh
    if file.name == "file.py":
        file.rename(file.with_name("other.py"))
        assert not now().fresh


def test_everything_that_is_said_to_matter_is_there() -> None:
    assert [name for name in SHARED if not (pack_stamps.ROOT / name).exists()] == []


TESTS = """
import pytest

@pytest.mark.packs
@pytest.mark.parametrize("pack", ["one", "two"])
def test_promise(pack):
    with open("ran", "a") as ran:
        ran.write(pack + "\\n")
    assert not __import__("os").path.exists(f"challenges/{pack}/broken")
"""


@pytest.mark.slow
def test_only_what_has_changed_is_checked_and_what_breaks_a_promise_is_checked_until_it_holds(
    house: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """As `make test-packs` does it, with two packs of one promise each."""
    for name in ("one", "two"):
        (house / "challenges" / name).mkdir(exist_ok=True)
        (house / "challenges" / name / "challenge.yaml").write_text("")
    (house / "test_promises.py").write_text(TESTS)
    (house / "pyproject.toml").write_text('[tool.pytest.ini_options]\nmarkers = ["packs"]\n')
    monkeypatch.setattr(pack_stamps, "ROOT", house)
    monkeypatch.setattr(pack_stamps, "STAMPS", house / "build" / "packs")
    monkeypatch.setattr(pack_stamps, "TESTS", ("test_promises.py",))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def checked(*names: str) -> tuple[int, list[str]]:
        (house / "ran").write_text("")
        return pack_stamps.main(names), (house / "ran").read_text().split()

    assert checked("two") == (0, ["two"])
    assert checked() == (0, ["one"])
    assert checked() == (0, [])
    broken = house / "challenges" / "two" / "broken"
    broken.touch()
    assert checked() == (1, ["two"])
    assert "Not all promises are kept by two." in capfd.readouterr().err
    assert checked() == (1, ["two"])
    broken.unlink()
    assert checked() == (0, [])
    assert checked("three") == (2, [])
    assert "No shipped pack is called three. There are one, two." in capfd.readouterr().err


def test_the_stamp_of_one_pack_says_nothing_of_another(house: Path) -> None:
    (house / "challenges" / "two").mkdir()
    stamp(house / "challenges" / "one", root=house, stamps=house / "stamps").keep()
    assert not stamp(house / "challenges" / "two", root=house, stamps=house / "stamps").fresh

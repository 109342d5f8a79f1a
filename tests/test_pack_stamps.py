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


def test_the_stamp_of_one_pack_says_nothing_of_another(house: Path) -> None:
    (house / "challenges" / "two").mkdir()
    stamp(house / "challenges" / "one", root=house, stamps=house / "stamps").keep()
    assert not stamp(house / "challenges" / "two", root=house, stamps=house / "stamps").fresh

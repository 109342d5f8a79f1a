"""Whose a run is: one person, however the name is typed; and never another's."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.batch import blind
from grader.batch.entries import from_folder, from_manifest
from grader.cli import purge
from grader.errors import UsageError
from grader.review.desk import Desk
from grader.review.records import Actor
from grader.store import open_store, people
from grader.store.store import About
from tests.batch_fixtures import ALL, submissions
from tests.playing import player
from tests.shell import run_here
from tests.small_packs import write_files, write_pack
from tests.store_fixtures import result

SAME = [
    ("Sean O'Brien", "Sean O\u2019Brien"),
    ("Sean O'Brien", "SEAN O\u02bcBRIEN"),
    ("Weber, Ana", "Ana Weber"),
    ("ana weber", "Weber ,  Ana"),
    ("प्रिया शर्मा", "प्रि\u200cया शर्मा"),
    ("Jürgen Groß", unicodedata.normalize("NFD", "Jürgen Groß")),
    ("Jürgen Groß", "JÜRGEN GROSS"),
    ("สมชาย ใจดี", unicodedata.normalize("NFD", "สมชาย ใจดี")),
    ("Anne-Marie Li", "Anne\u2011Marie Li"),
    ("Jean\u00a0Luc", "Jean Luc"),
    ("ﬁona", "Fiona"),
    ("Bo Chen", "Bo Chen; Cy Diaz"),
    ("Diaz, Cy", "Bo Chen; Cy Diaz"),
    ("Cy Diaz", "Weber, Ana; Diaz, Cy"),
    ("Cy Diaz", "Bo Chen & Cy Diaz"),
    ("Ana Weber", "Ana Weber_1001_assignsubmission_file"),
    ('Dwayne "Rock" Johnson', "Dwayne \u201cRock\u201d Johnson"),
    ("ana@example.org", "Ana Weber <Ana@example.org>"),
    ("Bo Chen, Cy Diaz", "Bo Chen, Cy Diaz"),
    ("name \udcff", "name \\udcff"),
]
OTHERS = [
    ("Ana", "Ana Weber"),
    ("Ana", "Weber, Ana"),
    ("James Thomas", "Thomas James"),
    ("Gabriel José", "García Márquez, Gabriel José"),
    ("José Ortega", "José Ortega y Gasset"),
    ("Andy", "Sandy"),
    ("Bo", "Bob"),
    ("?", "!"),
    ("", ""),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_name_is_found_however_it_is_typed(one: str, other: str) -> None:
    assert people.is_of(one, other)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_a_name_is_not_taken_for_another(one: str, other: str) -> None:
    assert not people.is_of(one, other)


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("Sean O'Brien", "Sean O_Brien"),
        ("Weber, Ana", "Weber_ Ana"),
        ("प्रिया शर्मा", "प_र_य_ शर_म_"),
        ("Jürgen Groß", "Ju_rgen Groß"),
        ("Jurgen Gross", "Jürgen Groß"),
        ("Ana", "Weber, Ana"),
        ("Gabriel Garcia", "García Márquez, Gabriel José"),
        ("Jon Smith", "John Smith"),
        ("Ana Weber", "weberana_1234_5678_solution"),
    ],
)
def test_a_name_that_may_be_meant_is_near(wanted: str, there: str) -> None:
    assert people.near(wanted, ["Max Xavier Quill", there]) == (there,)


NAMES = [
    "Sean O'Brien",
    "प्रिया शर्मा",
    "Weber, Ana",
    unicodedata.normalize("NFD", "Jürgen Groß"),
    "=cmd",
    "@ana",
    "O\u2019Neil",
]


def test_a_name_is_kept_as_it_is_and_never_read_back_from_the_folders(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", dict.fromkeys(NAMES, ALL))
    entries = from_folder(folder, tmp_path / "out").entries
    known = blind.assign(entries)
    blind.save(tmp_path / "out", known)
    wanted = {unicodedata.normalize("NFC", name) for name in NAMES}
    assert {entry.candidate for entry in entries} == wanted
    assert {one.entry.candidate for one in blind.load(tmp_path / "out")} == wanted
    assert blind.assign(entries, blind.load(tmp_path / "out")) == known
    assert not any(set(entry.name) & set("'’=,") for entry in entries)


def test_two_works_of_one_name_are_two_peoples(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("path\na/solution.zip\nb/solution.zip\n")
    entries = from_manifest(tmp_path / "m.csv").entries
    assert len({entry.candidate for entry in entries}) == 2
    assert len({one.id.split("-")[0] for one in blind.assign(entries)}) == 2


def test_a_name_that_is_no_utf8_is_listed_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "in" / "bad \udcff").mkdir(parents=True)
    (known,) = blind.assign(from_folder(tmp_path / "in", tmp_path / "out").entries)
    blind.save(tmp_path / "out", [known])
    assert blind.load(tmp_path / "out")[0].entry.candidate == "bad \\udcff"


# ------------------------------------------------------------------------------------------------ purge


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with open_store(url) as opened:
        for number, name in enumerate(["Sean O\u2019Brien", "Weber, Ana", "Bo Chen; Cy Diaz", "Sean O_Brien"]):
            opened.record(result(number), About(candidate=name, blind=f"ID{number}"))
    return url


def purged(store: str, name: str, *more: str) -> Result:
    return CliRunner().invoke(purge.command, ["--candidate", name, "--store", store, *more], standalone_mode=False)


def left(store: str) -> list[str]:
    with open_store(store) as opened:
        return opened.candidates()


@pytest.mark.parametrize(
    ("name", "gone"), [("Ana Weber", "Weber, Ana"), ("cy diaz", "Bo Chen; Cy Diaz"), ("id1", "Weber, Ana")]
)
def test_a_person_is_removed_by_a_name_as_they_write_it(store: str, name: str, gone: str) -> None:
    done = purged(store, name, "--yes")
    assert done.return_value == 0
    assert gone not in left(store)
    assert len(left(store)) == 3
    assert ("shared  Bo Chen; Cy Diaz" in done.output) == (";" in gone)


def test_what_is_near_is_shown_and_stays_even_where_the_name_was_found(store: str) -> None:
    done = purged(store, "sean o'brien", "--yes")
    assert "near    'Sean O_Brien'" in done.output
    assert left(store) == ["Bo Chen; Cy Diaz", "Sean O_Brien", "Weber, Ana"]


def test_a_person_who_is_not_found_is_said_with_an_exit_code_of_its_own(store: str) -> None:
    done = purged(store, "Chen", "--yes")
    assert done.return_value == 1
    assert "No run matches" in done.output
    assert "near    'Bo Chen; Cy Diaz'" in done.output
    assert len(left(store)) == 4


def test_a_name_that_is_anothers_blind_id_removes_nobody_before_it_is_said_who_is_meant(store: str) -> None:
    with open_store(store) as opened:
        opened.record(result(7), About(candidate="id1", blind="ZZ9"))
        desk = Desk(opened.engine)
        close = desk.add_person(Actor(how="command"), "Lea", roles=("lead",), candidates=("ID1", "Ana Weber"))
    for words in ([], ["--yes"]):
        done = purged(store, "ID1", *words)
        assert isinstance(done.exception, UsageError)
        assert "'Weber, Ana', blind id 'ID1'; 'id1', blind id 'ZZ9'" in done.exception.message
    assert "'id1'" not in purged(store, "ID1", "--as", "blind").output
    done = purged(store, "ID1", "--as", "blind", "--yes")
    assert "person  'Weber, Ana', blind id 'ID1'" in done.output
    assert left(store) == ["Bo Chen; Cy Diaz", "Sean O_Brien", "Sean O\u2019Brien", "id1"]
    with open_store(store) as opened:
        assert Desk(opened.engine).person("Lea").candidates == ("ID1",), "the word may have meant who stays"
        assert close.candidates == ("ID1", "Ana Weber")


def test_two_people_under_one_blind_id_are_removed_one_by_one(store: str) -> None:
    with open_store(store) as opened:
        opened.record(result(7), About(candidate="Dora Eck", blind="ID1-2"))
    for words in ([], ["--as", "blind"]):
        assert isinstance(purged(store, "id1", "--yes", *words).exception, UsageError)
    assert purged(store, "Dora Eck", "--yes").return_value == 0
    assert "Weber, Ana" in left(store)


@pytest.mark.parametrize(
    "known",
    [
        {("Ana Weber", "ID1"), ("Weber, Ana", "ID1-2"), ("", "ID1")}, {("ID1", "ID1"), ("id1", "ZZ9")},
        {("Bo; Cy", "ID1"), ("Cy", "ID1")}, {("id1", "ZZ8"), ("ID1", "ZZ9")}, {("Bo", "ID12")}, set(),
    ],
)  # fmt: skip
def test_one_person_is_one_under_whatever_names_and_ids(known: set[tuple[str, str]]) -> None:
    assert people.several("ID1", known) == ()


@pytest.mark.parametrize("name", ["Bo", ""])
def test_a_blind_id_and_the_same_name_are_two_people(name: str) -> None:
    assert people.several("ID1", {(name, "ID1"), ("id1", ""), ("Cy", "ID2")}) == ((name, "ID1"), ("id1", ""))


def test_who_stands_only_in_a_batchs_list_is_removed_from_it(store: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    folder = submissions(tmp_path / "in", {"D'Arcy": ALL, "eve": ALL})
    blind.save(out, blind.assign(from_folder(folder, out).entries))
    with open_store(store) as opened:
        opened.record(result(9), About(candidate="eve", blind="EVE", batch=str(out)))
    assert purged(store, "d\u2019arcy").return_value == 0
    assert "D'Arcy" in (out / "candidates.csv").read_text()
    assert purged(store, "d\u2019arcy", "--yes").return_value == 0
    assert [one.entry.candidate for one in blind.load(out)] == ["eve"]


def test_history_finds_a_person_as_purge_does(store: str) -> None:
    with open_store(store) as opened:
        assert [row["candidate"] for row in opened.history(candidate="ana weber")] == ["Weber, Ana"]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("/inbox/Sean O'Brien.zip", "Sean O'Brien"), ("/inbox/Ana Weber/", "Ana Weber"), ("/a/jane.tar.gz", "jane"),
        ("/inbox/C# and 100?.zip", "C# and 100?"), ("https://example.org/ana-weber/work.git#main", "work"),
        (unicodedata.normalize("NFD", "/inbox/Jürgen.zip"), "Jürgen"), ("/", ""),
    ],
)  # fmt: skip
def test_who_has_no_other_name_is_called_what_was_sent(source: str, name: str) -> None:
    assert people.called(source) == name


def test_a_single_grading_is_found_by_the_name_of_what_was_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player(monkeypatch)()
    pack = write_pack(tmp_path / "pack", "def test_it(candidate):\n    pass\n")
    work = write_files(tmp_path / "Sean O'Brien", {"work.py": "x = 1\n"})
    url = f"sqlite:///{tmp_path / 's.db'}"
    monkeypatch.chdir(tmp_path)
    assert run_here(work, "-c", pack, "--store", url).code == 0
    assert (tmp_path / "grade-Sean_O_Brien" / "grade.json").is_file()
    done = purged(url, "sean o\u2019brien", "--yes")
    assert done.return_value == 0
    assert str(work) in done.output
    assert not (tmp_path / "grade-Sean_O_Brien").exists()

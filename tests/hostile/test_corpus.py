"""Every attack of the corpus, through the shipped command line and real Docker."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import APIClient

from tests.hostile import leaks, listener, table
from tests.hostile.harness import (
    GATE,
    KEYS,
    PACK,
    POSTERN,
    WELL,
    Attack,
    Outcome,
    attacks,
    engine,
    grade,
    lay_out,
    left_behind,
    own_temporary_folder,
)

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]
ATTACKS = attacks()
MOST_SECONDS = 60.0
"""Far more than any attack takes on a busy machine; the limits of the pack allow its candidate 7 s in all."""


@pytest.fixture(scope="module")
def client() -> Iterator[APIClient]:
    client = engine()
    yield client
    client.close()


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])
def test_an_attack_earns_what_its_honest_part_earned_and_leaves_nothing(
    attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: APIClient
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    source = lay_out(attack, tmp_path / "submission")
    with own_temporary_folder(tmp_path / "temporary") as temporary, listener.listening(source) as heard:
        outcome = grade(source, tmp_path / "out", options=("--format", leaks.FORMATS))
        assert list(temporary.iterdir()) == []
    assert outcome.code == attack.exit
    assert heard == []
    assert outcome.seconds < MOST_SECONDS
    assert left_behind(client, outcome) == []
    (check_graded if attack.exit == 0 else check_ungraded)(attack, outcome)
    leaks.check(outcome, PACK, KEYS.values())
    assert table.row(attack, outcome) == table.documented(attack.name)


def check_graded(attack: Attack, outcome: Outcome) -> None:
    tests = outcome.tests
    assert outcome.grade["status"] == "graded"
    assert outcome.points == attack.points
    assert [name for name, test in tests.items() if test["status"] == "error"] == []
    for name, wanted in ((GATE, attack.says), (WELL, attack.well)):
        assert "LEAKED" not in tests[name]["message"]
        assert [words for words in wanted if words not in tests[name]["message"]] == [], tests[name]["message"]
    assert "LEAKED" not in tests[POSTERN]["message"]
    assert outcome.limits == attack.limits
    observed = outcome.observed
    assert {test["fault"] for test in observed["tests"] if test["status"] != "passed"} == {"candidate"}
    assert len(observed["limits_hit"]) == len(attack.limits), "each limit is named in a sentence for the reviewer"


def check_ungraded(attack: Attack, outcome: Outcome) -> None:
    assert outcome.grade["status"] == "refused"
    assert "score" not in outcome.grade or outcome.grade["score"] is None
    assert [words for words in attack.says if words not in outcome.grade["reason"]] == []


def test_a_normal_submission_earns_full_points_after_all_this(tmp_path: Path, client: APIClient) -> None:
    outcome = grade(PACK / "solution", tmp_path / "out")
    assert (outcome.code, outcome.points, outcome.limits) == (0, 20.0, ())
    assert left_behind(client, outcome) == []


def test_the_listener_hears_who_can_reach_it(tmp_path: Path) -> None:
    (tmp_path / "targets.json").write_text("[]")
    with listener.listening(tmp_path) as heard:
        host, port = next(target for target in listener.targets(tmp_path) if target[1] == heard.port)
        with socket.create_connection((host, port), timeout=5) as connection:
            connection.sendall(b"here")
        heard.wait()
    assert heard != []


def test_the_documented_table_is_of_this_corpus() -> None:
    assert table.documented_names() == [attack.name for attack in ATTACKS]


def test_every_wall_names_attacks_of_this_corpus() -> None:
    walls = table.walls()
    assert len(walls) > 10
    named = {name for names in walls.values() for name in names}
    assert named - {attack.name for attack in ATTACKS} == set()


def test_there_are_attacks_of_every_category() -> None:
    counts = {category: sum(attack.category == category for attack in ATTACKS) for category in table.CATEGORIES}
    assert len(ATTACKS) >= 60
    assert min(counts.values()) >= 8, counts

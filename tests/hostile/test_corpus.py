"""Every attack of the corpus, through the shipped command line and real Docker.

As in a batch, a verifier stays and serves one attack after the other: each meets what the one before it left. Some meet
one of their own (FRESH), as a single `grade` does."""

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
    OnePlace,
    Outcome,
    attacks,
    engine,
    grade,
    lay_out,
    left_behind,
    one_place,
    own_temporary_folder,
    volumes,
)
from tests.patience import until

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]
ATTACKS = attacks()
MOST_SECONDS = 60.0
"""Far more than any attack takes on a busy machine; the limits of the pack allow its candidate 7 s in all."""

_FIRST = "what is made when both containers are new, and once for all that a verifier serves"
_ALONE = "the processor, memory and disk of a machine on which a verifier boots at the same time"
_LEAST = "what there is to be found where nothing was served before"
FRESH = {
    "poses-as-verifier": _FIRST, "the-meeting-place": _FIRST, "heir-of-the-bridge": _FIRST,
    "shadows-the-bridge": _FIRST, "sends-descriptors": _FIRST, "fork-bomb": _ALONE, "memory-bomb": _ALONE,
    "full-disk": _ALONE, "sleep-at-import": _ALONE, "walk-proc": _LEAST, "sockets-of-others": _LEAST,
    "namespaces": _LEAST, "preloads": _LEAST,
}  # fmt: skip
"""Attacks on a verifier of their own, and what of it they are after."""


@pytest.fixture(scope="module")
def client() -> Iterator[APIClient]:
    client = engine()
    yield client
    client.close()


@pytest.fixture(scope="module")
def place(client: APIClient) -> Iterator[OnePlace]:
    """With a verifier that stays. When it goes nothing of it is left, whatever it has served."""
    with one_place() as made:
        yield made
        lent = volumes(client, made.verifier)
    assert lent & {volume["Name"] for volume in client.volumes()["Volumes"] or ()} == set()


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])
def test_an_attack_earns_what_its_honest_part_earned_and_leaves_nothing(
    attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: APIClient, place: OnePlace
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    source = lay_out(attack, tmp_path / "submission")
    kept = None if attack.name in FRESH else place
    met, before = place.verifier, place.served
    with own_temporary_folder(tmp_path / "temporary") as temporary, listener.listening(source) as heard:
        outcome = grade(source, tmp_path / "out", options=("--format", leaks.FORMATS), place=kept)
        assert list(temporary.iterdir()) == []
    assert outcome.code == attack.exit
    assert heard == []
    assert outcome.seconds < MOST_SECONDS
    stays = place.verifier if kept else None
    if kept:
        until(lambda: left_behind(client, outcome, stays) == [], every=0.2)  # removed before the next one is served
    assert left_behind(client, outcome, stays) == []
    (check_graded if attack.exit == 0 else check_ungraded)(attack, outcome)
    served = before if kept and place.verifier is met else 0
    assert outcome.grade["provenance"].get("verifier_served_before", served) == served
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


def test_those_on_a_verifier_of_their_own_are_a_dozen_of_this_corpus_and_of_every_category() -> None:
    fresh = [attack for attack in ATTACKS if attack.name in FRESH]
    assert 12 <= len(fresh) == len(FRESH) <= 15
    assert {attack.category for attack in fresh} == set(table.CATEGORIES)


def test_there_are_attacks_of_every_category() -> None:
    counts = {category: sum(attack.category == category for attack in ATTACKS) for category in table.CATEGORIES}
    assert len(ATTACKS) >= 60
    assert min(counts.values()) >= 8, counts

"""Copies are found whatever is done to hide them; honest work and the starter are not; hostile text costs no time."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from grader.aside import AsideError
from grader.cohort import similarity
from grader.cohort.similarity import COMMON_LEAST, Cohort, join
from grader.cohort.tokens import cut
from grader.cohort.winnowing import CODE_K, CODE_W, fingerprints, rolling, winnow
from tests.patience import bounded_work
from tests.programs import program


def code(text: str) -> dict[str, bytes]:
    return {"main.py": text.encode()}


def found(cohort: Cohort) -> set[frozenset[str]]:
    return {frozenset((pair.left, pair.right)) for pair in cohort.pairs()}


def honest(count: int, cohort: Cohort | None = None) -> Cohort:
    cohort = cohort or Cohort()
    for seed in range(count):
        cohort.add(f"h{seed}", code(program(seed)))
    return cohort


DISGUISES: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "renamed": lambda text: text.replace("x", "alpha").replace("work_", "task_").replace("y", "beta"),
    "reformatted": lambda text: text.replace("    ", "\t").replace(" = ", "="),
    "commented": lambda text: "".join(f"{line}  # explains {at}\n" for at, line in enumerate(text.split("\n"))),
    "in another order": lambda text: "def work".join(["", *reversed(text.split("def work")[1:])]),
    "literals changed": lambda text: text.replace("'a'", "'something else'").replace("1", "42"),
    "with other code around": lambda text: program(998) + text + program(999),
}


@pytest.fixture(scope="module")
def pairs() -> set[frozenset[str]]:
    """What is found among thirty honest ones and a copy in each disguise, each of another one's work."""
    cohort = honest(30)
    for number, (disguise, change) in enumerate(DISGUISES.items()):
        cohort.add(disguise, code(change(program(number))))
    return found(cohort)


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_copy_is_found_whatever_was_done_to_it(disguise: str, pairs: set[frozenset[str]]) -> None:
    copied = f"h{list(DISGUISES).index(disguise)}"
    assert {pair for pair in pairs if pair & {disguise, copied}} == {frozenset((copied, disguise))}


def test_honest_submissions_are_not_listed() -> None:
    assert found(honest(60)) == set()


def test_copied_prose_is_found_and_says_where() -> None:
    draw = random.Random(1)
    words = [f"word{number}" for number in range(400)]
    text = [" ".join(draw.choice(words) for _ in range(12)) for _ in range(30)]
    cohort = Cohort()
    cohort.add("a", {"DECISIONS.md": "\n".join(text).encode()})
    cohort.add("b", {"notes.txt": ("# Other title\n\n" + "\n".join(text).upper()).encode()})
    (pair,) = cohort.pairs()
    first = pair.passages[0]
    assert (first.left_path, first.right_path) == ("DECISIONS.md", "notes.txt")
    assert (first.left_start, first.right_start) == (1, 3)
    assert first.left_end >= 29


def test_what_everybody_was_given_is_no_copy() -> None:
    starter = program(500, functions=20)
    cohort = Cohort(code(starter))
    for seed in range(4):
        cohort.add(f"h{seed}", code(starter + program(seed)))
    cohort.add("untouched", code(starter))
    assert found(cohort) == set()


def test_what_the_whole_cohort_shares_is_no_copy() -> None:
    idiom = program(500)
    cohort = Cohort()
    for seed in range(3 * COMMON_LEAST):
        cohort.add(f"h{seed}", code(idiom + program(seed)))
    assert found(cohort) == set()


def test_a_ring_of_copies_is_found_in_full() -> None:
    cohort = honest(80)
    ring = [f"r{number}" for number in range(15)]
    for number, name in enumerate(ring):
        cohort.add(name, code(program(300) + program(400 + number, functions=2)))
    assert {name for pair in found(cohort) for name in pair} == set(ring)


def test_identical_submissions_are_found_even_when_all_are() -> None:
    cohort = Cohort()
    for number in range(3 * COMMON_LEAST):
        cohort.add(f"s{number}", code(program(1)))
    assert {name for pair in found(cohort) for name in pair} == {f"s{number}" for number in range(3 * COMMON_LEAST)}
    assert all(pair.share == 1 for pair in cohort.pairs())


@pytest.mark.parametrize(
    "text",
    [
        '"' + '\\"' * 300_000,
        "'''" * 130_000,
        '"""' + "\\" * 390_000,
        "/*" * 200_000,
        "`" * 399_999,
        "(" * 400_000,
        "a" * 400_000,
        "é" * 200_000,
        "\x00\ud7ff" * 100_000,
        "'\n" * 200_000,
        " " * 400_000 + "x",
    ],
    ids=range(11),
)
@pytest.mark.parametrize("name", ["a.py", "a.js", "a.md"])
@pytest.mark.slow
def test_hostile_text_is_cut_in_time_that_grows_with_its_length(name: str, text: str) -> None:
    with bounded_work():
        tokens = cut(name, text.encode())
        assert tokens is not None
        assert len(tokens.numbers) == len(tokens.lines)


def test_what_is_warm_imports_nothing_for_a_submission() -> None:
    """In a process of its own: the child that reads one submission would import it for that one alone."""
    script = (
        "import sys; from grader.cohort import winnowing; winnowing.warm(); before = set(sys.modules)\n"
        f"winnowing.fingerprints({{'a.py': {program(1).encode()!r}, 'b.md': b'some words and others ' * 40}})\n"
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_file_that_is_no_text_is_passed_over() -> None:
    assert cut("photo.png", b"\x89PNG") is None
    assert len(fingerprints({"photo.png": b"x", "empty.py": b""}).hashes) == 0
    assert len(fingerprints({"odd.py": bytes(range(256)) * 50}).hashes) > 0


def test_winnowing_keeps_what_its_authors_promise() -> None:
    """Any common run of K + W − 1 tokens shares a fingerprint; runs shorter than K share none."""
    draw = np.random.default_rng(3)
    for _ in range(200):
        common = draw.integers(1, 50, CODE_K + CODE_W - 1).astype(np.uint64)
        left, right = (draw.integers(100 * side, 100 * side + 50, 90).astype(np.uint64) for side in (1, 2))
        texts = [np.concatenate([side[:40], common, side[40:]]) for side in (left, right)]
        assert set(winnow(texts[0], CODE_K, CODE_W)[0].tolist()) & set(winnow(texts[1], CODE_K, CODE_W)[0].tolist())
        short = [np.concatenate([side[:40], common[: CODE_K - 1], side[40:]]) for side in (left, right)]
        prints = [set(winnow(text, CODE_K, CODE_W)[0].tolist()) for text in short]
        assert not prints[0] & prints[1]


def test_chosen_runs_are_the_smallest_of_each_window() -> None:
    tokens = np.random.default_rng(4).integers(1, 9, 200).astype(np.uint64)
    hashes = rolling(tokens, 5)
    wanted = set()
    for start in range(len(hashes) - 7 + 1):
        window = hashes[start : start + 7].tolist()
        wanted.add(start + max(at for at, value in enumerate(window) if value == min(window)))
    assert winnow(tokens, 5, 7)[1].tolist() == sorted(wanted)


def test_neighbouring_places_become_one_passage() -> None:
    left = {1: ("a.py", 1, 4), 2: ("a.py", 3, 8), 3: ("a.py", 40, 44)}
    right = {1: ("b.py", 11, 14), 2: ("b.py", 13, 18), 3: ("b.py", 1, 5), 4: ("b.py", 9, 9)}
    first, second = join(left, right)
    assert (first.left_start, first.left_end, first.right_start, first.right_end) == (1, 8, 11, 18)
    assert (second.left_start, second.right_end) == (40, 5)


@pytest.mark.parametrize("piece", ["'\\", '"""', "`\\", "/*", "#", "a ", "9.", "é\u0301", "\n", "(" * 50, "x=y;"])
@pytest.mark.slow
def test_fingerprints_take_time_in_proportion_to_the_text(piece: str) -> None:
    text = (piece * (400_000 // len(piece.encode()))).encode()
    with bounded_work():
        fingerprints({"a.py": text, "b.js": text, "c.md": text})


def test_a_submission_that_takes_too_long_is_left_out_and_the_others_are_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cohort = Cohort()
    cohort.add("honest", {"a.py": b"x = 1\n"})
    monkeypatch.setattr(similarity, "SECONDS", 0.02)
    with pytest.raises(AsideError, match="processor time"):
        cohort.add("hostile", {f"{n}.py": b"a = b + c\n" * 40_000 for n in range(7)})
    monkeypatch.undo()
    cohort.add("other", {"a.py": b"x = 1\n"})
    assert cohort.pairs() == []

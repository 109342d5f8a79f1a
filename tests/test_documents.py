"""YAML and JSON of candidates, as hidden tests read them: plain data within bounds, or the candidate's error."""

from __future__ import annotations

import json
import random
import time
from types import SimpleNamespace
from typing import Any

import grader_tests
import pytest
import yaml

from grader_verifier import candidate

MERGES = "a0: &a0 {k: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 12))
ALIASES = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))
MODULUS = 2**61 - 1


def test_plain_yaml_is_read_as_everybody_reads_it() -> None:
    text = (
        "a: [1, -2, 0x1F, 010, 1_000, 1.5, .5, 1.e+3, yes, No, true, null, ~]\n"
        "levels: {1: {say: one}, 2: {say: '<<'}}\nlong: |\n  two\n  lines\n? key\n: 'it''s'\nempty:\n"
    )
    assert grader_tests.read_yaml(text) == yaml.safe_load(text)


def test_dates_and_clock_times_stay_text() -> None:
    assert grader_tests.read_yaml("[2024-01-01, 1:30, !!str 5]") == ["2024-01-01", "1:30", "5"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MERGES, "line 2: the merge key << is not followed"),
        ("a: {<<: {b: 1}}", "merge key"),
        (ALIASES, "the alias \\*a0 is not followed"),
        ("!!bool maybe", "the tag tag:yaml.org,2002:bool is not known"),
        ("!!int ''", "tag"),
        ("!!timestamp x", "tag"),
        ("a: !!set {b, c}", "tag"),
        ("!!python/object/apply:os.system [x]", "tag"),
        ("9" * 400, "too large to be finite"),
        ("0x" + "f" * 400, "too large to be finite"),
        ("1.0e+999", "not a finite number"),
        ("[.inf]", "not a finite number"),
        ("[.NaN]", "not a finite number"),
        (json.dumps([n * MODULUS for n in range(1, 40_000)]), "hash"),
        ("a: 1\na: 2", "line 2: the key 'a' stands twice"),
        ("? [1, 2]\n: 3", "a key is a list"),
        ("a: 1\n---\nb: 2", "a second document"),
        ("[" * 70 + "]" * 70, "nested deeper than 64"),
        ("[" * 100_000, "nested deeper than 64"),
        ("- " * 100_000, "nested deeper than 64"),
        ("[" + "a," * 200_000 + "]", "has more than 100,000 parts"),
        ("x" * 2_000_000, "at most 1,048,576 are read"),
        ('"\\ud800"', "not YAML|half a character"),
        ("[1, 2", "not YAML"),
        ("\x07", "not YAML"),
    ],
)
def test_what_is_not_plain_yaml_is_the_candidates_error_and_soon(text: str, words: str) -> None:
    began = time.thread_time()
    with pytest.raises(grader_tests.CandidateError, match=words) as caught:
        grader_tests.read_yaml(text, "rubric.yaml")
    assert time.thread_time() - began < 5
    assert str(caught.value).startswith("BadDocument: rubric.yaml cannot be used: ")


@pytest.mark.parametrize("text", ["[1e999]", "{", '{"a": 1, "a": 2}', '"\\ud800"', "1" * 400, "NaN", "[" * 100_000])
def test_json_of_a_file_follows_the_rules_for_replies(text: str) -> None:
    with pytest.raises(grader_tests.CandidateError, match="line 3 cannot be used"):
        grader_tests.read_json(text, "line 3")


def test_a_byte_order_mark_is_not_in_the_way() -> None:
    assert grader_tests.read_json("\ufeff[1]") == grader_tests.read_yaml("\ufeff[1]") == [1]


def test_files_are_read_by_name_and_looking_at_them_is_noticed() -> None:
    looks: list[int] = []
    files: Any = candidate.Files({"a.yaml": b"b: [1]", "a.json": b"{}"}, lambda: looks.append(1))
    assert looks == []
    assert (files.yaml("a.yaml"), files.json("a.json")) == ({"b": [1]}, {})
    assert looks
    for path, words in (("none.yaml", "there is no such file"), ("a.yaml", "at most 3 are read")):
        with pytest.raises(grader_tests.CandidateError, match=words):
            files.yaml(path, most=3)


def test_the_first_thing_of_the_candidates_that_a_test_takes_is_told_once() -> None:
    told: list[int] = []
    link: Any = candidate.Link(SimpleNamespace(settimeout=lambda _: None))
    budget: Any = candidate.TimeBudget(1.0, 9.0)
    made = candidate.Candidate(link, {"a": b"1"}, budget, "work", 9, 9, random.Random(1), lambda: told.append(1))
    assert (made.taken, told) == (False, [])
    assert (made.files["a"], made.files.text("a"), len(made.files)) == (b"1", "1", 1)
    assert (made.taken, told) == (True, [1])

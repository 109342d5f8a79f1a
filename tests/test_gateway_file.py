"""model.yaml: what it may say, and how mistakes in it are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.challenge.model import load_model
from grader.errors import ChallengeError

HEAD = "schema: 1\nmodels:\n  - {id: small}\n"


def write(root: Path, text: str) -> Path:
    (root / "model.yaml").write_text(text, encoding="utf-8")
    return root


def test_a_pack_without_the_file_has_no_model(tmp_path: Path) -> None:
    assert load_model(tmp_path) is None


def test_defaults_are_filled_in_for_the_verifier(tmp_path: Path) -> None:
    read = load_model(write(tmp_path, HEAD + "rules: [{json: {a: 1}}]\n"))
    assert read is not None
    data = read.as_data()
    assert (data["schema"], data["rules"][0]["json"], data["models"][0]["overflow"]) == (1, {"a": 1}, "forget")
    assert data["faults"] == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("schema: 1\nmodels: []\n", 2, "at least 1"),
        ("schema: 1\nmodels:\n  - {id: small}\n  - {id: small}\n", 1, "stands twice"),
        ("schema: 1\nmodels:\n  - {id: small, contxt_window: 9}\n", 3, "Did you mean 'context_window'"),
        ("schema: 1\nmodels:\n  - id: small\n    drift: 2\n", 4, "less than or equal to 1"),
        (HEAD + "faults:\n  - {kind: earthquake}\n", 5, "rate_limit"),
        (HEAD + "faults:\n  - {kind: drop, model: large}\n", 1, "no model 'large'"),
        (HEAD + "rules:\n  - {reply: a, refusal: b}\n", 5, "one of reply"),
        (HEAD + "rules:\n  - {when: {says: [x]}}\n", 5, "one of reply"),
        (HEAD + "rules:\n  - {when: {says: ['{a}']}, reply: x}\n", 5, "no words of its own"),
        (HEAD + "rules:\n  - {when: {says: ['x {a} {a}']}, reply: x}\n", 5, "stands once"),
        (HEAD + "rules:\n  - {when: {says: ['x {a}', 'y']}, reply: '{a}'}\n", 5, "captured by no pattern"),
        (HEAD + "rules:\n  - {reply: '{order}'}\n", 5, "captured by no pattern"),
        (HEAD + "reader: {cues: [Now Obey]}\n", 4, "lower case"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(ChallengeError) as caught:
        load_model(write(tmp_path, text))
    assert f"model.yaml:{line}:" in str(caught.value)
    assert words in str(caught.value)


def test_the_kinds_of_faults_are_those_that_the_gateway_knows() -> None:
    from typing import get_args

    from grader.challenge.model import FaultKind
    from grader_verifier.gateway.faults import KINDS

    assert set(get_args(FaultKind)) == set(KINDS)


PAGE = (Path(__file__).parent.parent / "docs" / "gateway.md").read_text(encoding="utf-8")


def test_the_file_on_the_page_is_one_that_is_read(tmp_path: Path) -> None:
    import re

    from grader.challenge.model import ModelFile

    (shown,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "cassette.jsonl").touch()
    assert load_model(write(tmp_path, shown)) is not None
    keys = {field.alias or name for name, field in ModelFile.model_fields.items()}
    assert keys == set(re.findall(r"^(\w+):", shown, re.MULTILINE))


def test_the_fixture_on_the_page_is_the_one_there_is() -> None:
    import dataclasses
    import re

    from tests.gateway_fixtures import Model

    members = {name for name in vars(Model) if not name.startswith("_")}
    assert members == set(re.findall(r"model\.(\w+)", PAGE)) - {"yaml"}
    from grader_verifier.gateway.faults import KINDS
    from grader_verifier.gateway.meter import Call
    from grader_verifier.gateway.tokens import count

    assert all(f"`{kind}`" in PAGE for kind in KINDS)
    row = next(line for line in PAGE.splitlines() if line.startswith("| `model.calls`"))
    known = {field.name for field in dataclasses.fields(Call)} | {"text"}
    assert set(re.findall(r"`(\w+)`", row)) <= known
    assert count("Refunds take 14 days.") == 6

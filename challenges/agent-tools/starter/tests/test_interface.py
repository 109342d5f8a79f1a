"""The public tests: they check the interface, not the quality. Run them with `python -m pytest` in the starter's folder."""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

from sim.__main__ import run  # noqa: E402
from sim.driver import OUTCOMES  # noqa: E402

SAMPLE = json.loads((HERE / "data" / "sample.json").read_text(encoding="utf-8"))


def test_every_case_of_the_sample_comes_to_an_end():
    records, _ = run()
    assert len(records) == len(SAMPLE["cases"])
    assert [record.problem for record in records if record.problem] == []


def test_every_message_ends_with_an_outcome_or_with_a_person():
    records, _ = run()
    for record in records:
        assert record.ends
        assert all(end in OUTCOMES or end.startswith("escalate:") for end in record.ends)


def test_a_case_goes_the_same_way_again():
    first, second = run("sample-1-"), run("sample-1-")
    assert [record.ends for record in first[0]] == [record.ends for record in second[0]]
    assert first[1].effects == second[1].effects

# scr-canary-5e0b7c94-1d2f-4c86-9a37-6f80d1b2e7a5
from __future__ import annotations

import pytest


@pytest.mark.points(12, group="records")
def test_what_the_examples_show(work, metric):
    """What many and what few of the examples show is done"""
    work.examples("records", metric)


@pytest.mark.points(4, group="records")
def test_what_a_sentence_asks_for(work, metric):
    """What no answered example shows, and a sentence of the task asks for, is done"""
    work.principle("records", metric)


@pytest.mark.points(4, group="records")
def test_what_the_second_envelope_changed(work, metric):
    """What the second envelope changed is done, and what was found before still holds"""
    work.second("records", metric)

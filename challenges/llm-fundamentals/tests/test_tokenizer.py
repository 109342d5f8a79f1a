# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2
from __future__ import annotations

import statistics

import pytest
from grader_kit import share, shown
from support import credited
from world import texts
from world.tokens import RULES, Stream, encode, vocabulary

EACH = 8
FEW = "longer"
SPACES = 0.6
"""How often ids have come in time where a stream gives what stands before the last space: credit begins there."""
WHATS = ("word", "word", "special", "escape", "digits", "caps", "odd")


def rightly(asked, ids) -> str:
    wanted = encode(asked["vocab"], asked["text"])
    return "" if ids == wanted else f"{shown(asked['text'])} is {shown(wanted)} and became {shown(ids)}"


@pytest.mark.points(7, group="tokenizer")
def test_texts_become_the_ids_that_they_become_today(work, metric):
    """Texts become the ids that they become today, rule by rule"""
    rng = work.stream("encode")
    vocabs = [texts.able(rng) for _ in range(4)]
    kinds = {rule: [texts.telling(rng, vocabs[at % 4], rule) for at in range(EACH)] for rule in RULES if rule != FEW}
    kinds["plain"] = [texts.mute(rng, vocabs[at % 4], ("word", "special", "odd")) for at in range(EACH)]
    credited(metric, work.by_kind("encode", of_all(vocabs, kinds), rightly))


@pytest.mark.points(7, group="tokenizer")
def test_the_rule_that_few_texts_show_is_kept(work, metric):
    """Of equal ranks the one is joined that is joined today, alone and in long texts in which all rules meet"""
    rng = work.stream("encode what few texts show")
    vocabs = [texts.able(rng) for _ in range(8)]
    kinds = {FEW: [texts.telling(rng, vocabs[at % 8], FEW) for at in range(2 * EACH)]}
    kinds["long"] = [texts.long(rng, vocabs[at % 8], WHATS, FEW) for at in range(EACH)]
    credited(metric, work.by_kind("encode", of_all(vocabs, kinds), rightly))


def of_all(vocabs, kinds):
    return {
        kind: [{"vocab": vocabs[at % len(vocabs)], "text": text} for at, text in enumerate(group)]
        for kind, group in kinds.items()
    }


@pytest.mark.points(8, group="tokenizer")
def test_a_stream_gives_the_same_ids_as_soon_as_they_are_certain(work, metric):
    """A stream gives the ids of the whole text, each as soon as nothing can change it"""
    rng, right, prompt = work.stream("stream"), [], []
    for _ in range(24):
        vocab = vocabulary(rng)
        text = texts.text(rng, WHATS, 5)
        ours, theirs = Stream(vocab), work.candidate.make("Stream", vocab)
        wanted, given, early = [], [], []
        while text:
            size = rng.randint(1, 7)
            wanted += ours.feed(text[:size])
            given += listed(theirs.call("feed", text[:size]))
            early.append(len(given) >= len(wanted))
            text = text[size:]
        right.append(given + listed(theirs.call("end")) == wanted + ours.end())
        prompt.append(share(early) if right[-1] else 0.0)
    assert any(right), "No stream gave the ids of its text."
    metric("same ids", share(right), floor=0.1, target=1.0)
    metric("as soon as certain", statistics.fmean(prompt), floor=SPACES, target=0.98)


def listed(ids) -> list:
    return ids if isinstance(ids, list) else []

"""Whether a message is language, as far as words tell: no reader, but what a reader needs.

Two readings. *Order*: in a sentence the small words stand where they stand in others, so it is more likely than most of its
own shuffles; words out of a hat are not. *Words*: some word beside the small ones is one that people use who write about
orders. Both are counted from messages that were written by hand (`wording.json`: pairs of neighbours, where all words that
are not small ones are alike; and the beginnings of words); `common.txt` has everyday words beside them.

`python -m planted.wording`, run in `tests/`, writes the counts anew from the pack's own honest work.
"""

# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25

from __future__ import annotations

import itertools
import json
import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from planted import text

STEM = 5
"""Letters of a word that have to be known."""
SHORT = 4
"""Words, below which their order says nothing."""
READ = 60
"""Words of a message that are read."""
SHUFFLES = 40
BETTER_THAN = 0.7
"""Share of its shuffles than which a sentence reads better. Of the messages of work that was written blind, and that the
counts do not hold, 93 % do; of random words between small ones, a quarter."""
_SEEN = 0.05
"""What a pair of neighbours counts that never was seen."""
_COUNTS, _COMMON = (Path(__file__).with_name(name) for name in ("wording.json", "common.txt"))
_ANY, _BEGIN, _END = "*", "<", ">"


@lru_cache(maxsize=2048)
def understood(message: str) -> bool:
    """Whether the order of its words is a sentence's, and some word beside the small ones is known."""
    spoken = text.language(message)
    said = words(message)[:READ]
    return bool(spoken) and _has_a_known_word(said, spoken) and _in_order(said, spoken)


@lru_cache(maxsize=2048)
def known(message: str) -> frozenset[str]:
    """What is known of a message: its small words, and the known beginnings of others. Names of no thing tell no message
    from another."""
    spoken = text.language(message)
    said = words(message)
    small = {word for word in said if spoken and word in text.stop_words(spoken)}
    return frozenset(small | set(content(said, spoken)) & counts()[spoken]["stems"]) if spoken else frozenset()


def share_known(messages: Iterable[str]) -> float:
    """Share of all words beside the small ones that are known."""
    found = [
        (stem in counts()[spoken]["stems"])
        for m in messages
        for spoken in [text.language(m)]
        if spoken
        for stem in content(words(m), spoken)
    ]
    return sum(found) / len(found) if found else 0.0


def words(message: str) -> list[str]:
    return re.findall(r"[a-zà-ÿß]+", message.lower())


def _has_a_known_word(said: Sequence[str], spoken: str) -> bool:
    stems = counts()[spoken]["stems"]
    return any(stem in stems for stem in content(said, spoken))


def content(said: Iterable[str], spoken: str) -> list[str]:
    """The beginnings of all words but the small ones."""
    return [word[:STEM] for word in said if len(word) > 2 and word not in text.stop_words(spoken)]


def _in_order(said: Sequence[str], spoken: str) -> bool:
    if len(said) < SHORT:
        return True
    shape = frame(said, spoken)
    own, rng, below = _likelihood(shape, spoken), random.Random(" ".join(said)), 0.0
    for _ in range(SHUFFLES):
        other = _likelihood(rng.sample(shape, len(shape)), spoken)
        below += 0.5 if abs(own - other) < 1e-9 else own > other
    return below >= BETTER_THAN * SHUFFLES


def frame(said: Iterable[str], spoken: str) -> list[str]:
    """The small words in their order; all others are alike."""
    return [word if word in text.stop_words(spoken) else _ANY for word in said]


def pairs(shape: Sequence[str]) -> list[str]:
    ends = [_BEGIN, *shape, _END]
    return [f"{one} {other}" for one, other in itertools.pairwise(ends)]


def _likelihood(shape: Sequence[str], spoken: str) -> float:
    """Logarithm of how likely the small words are to stand in this order."""
    known = counts()[spoken]
    unseen = math.log(_SEEN)
    return sum(
        known["pairs"].get(pair, unseen) - known["first"].get(pair.partition(" ")[0], 0.0) for pair in pairs(shape)
    )


@cache
def counts() -> dict[str, Any]:
    """Language → logarithms of the counts of pairs and of their first words, and the known beginnings of words."""
    made = {}
    common = dict(line.split(": ", 1) for line in _COMMON.read_text("utf-8").splitlines())
    for spoken, counted in json.loads(_COUNTS.read_text("utf-8")).items():
        first: Counter[str] = Counter()
        for pair, number in counted["pairs"].items():
            first[pair.partition(" ")[0]] += number
        rare = _SEEN * (len(text.stop_words(spoken)) + 2)
        made[spoken] = {
            "pairs": {pair: math.log(number + _SEEN) for pair, number in counted["pairs"].items()},
            "first": {word: math.log(number + rare) for word, number in first.items()},
            "stems": frozenset(counted["stems"].split()) | set(content(words(common[spoken]), spoken)),
        }
    return made


def counted(messages: Iterable[str]) -> dict[str, Any]:
    """What `wording.json` holds for `messages`."""
    made: dict[str, Any] = {}
    for spoken in text.LANGUAGES:
        mine = [words(message) for message in sorted(set(messages)) if text.language(message) == spoken]
        seen = Counter(pair for said in mine for pair in pairs(frame(said, spoken)))
        stems = {stem for said in mine for stem in content(said, spoken)}
        made[spoken] = {"pairs": dict(sorted(seen.items())), "stems": " ".join(sorted(stems))}
    return made


def honest(pack: Path) -> list[str]:
    """Messages of the reference and of the accepted and rejected submissions."""
    folders = [
        pack / "solution",
        *sorted(pack.glob("submissions/accepted/*")),
        *sorted(pack.glob("submissions/rejected/*")),
    ]
    files = [folder / "cases.jsonl" for folder in folders if (folder / "cases.jsonl").exists()]
    rows = [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [row["ticket"]["message"] for row in rows if isinstance(row["ticket"].get("message"), str)]


def dumped(pack: Path) -> str:
    return json.dumps(counted(honest(pack)), ensure_ascii=False, indent=0) + "\n"


if __name__ == "__main__":
    _COUNTS.write_text(dumped(Path(__file__).resolve().parents[2]), "utf-8")

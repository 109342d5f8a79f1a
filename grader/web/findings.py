"""What a rater would look up by hand: the techniques that documents name. Pure. Figures: `grader.claims.figures`.

Nothing here judges: a name without a hit may stand for honest work.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from grader.claims.figures import is_document

_NO_CODE = re.compile(r"\.(?:jsonl?|csv|tsv|ya?ml|toml|lock|md|markdown|txt|rst|svg|html)$", re.IGNORECASE)
_TERMS = (
    "BM25", "TF-IDF", "NFKC", "NFC", "casefold", "stemming", "stop words", "cosine", "embedding", "rerank", "RRF",
    "fuzzy", "Levenshtein", "synonym", "alias", "regex", "retry", "backoff", "idempotency", "circuit breaker",
    "timeout", "cache", "bootstrap", "confidence interval", "Wilson", "kappa", "Krippendorff", "cross-validation",
    "held-out",
    "calibration", "isotonic", "Platt", "logistic regression", "naive Bayes", "threshold", "LLM judge", "canary",
    "prompt injection", "delimiter", "schema", "lock", "transaction", "log-odds", "chi-square", "mutation",
)  # fmt: skip


class Term(NamedTuple):
    """A technique that documents name: how often there, and in how many lines of code."""

    term: str
    documents: int
    code: int


def terms(texts: Mapping[str, Sequence[str]]) -> tuple[Term, ...]:
    """Techniques that the documents among `texts` name, those without a hit in the code first."""
    documents = "\n".join(line for path, lines in texts.items() if is_document(path) for line in lines).casefold()
    code = [line.casefold() for path, lines in texts.items() if not _NO_CODE.search(path) for line in lines]
    found = []
    for term in _TERMS:
        pattern = re.compile(
            r"(?<![a-z])" + re.escape(term.casefold()).replace(r"\-", "[- _]?").replace(r"\ ", "[ _-]?")
        )
        named = len(pattern.findall(documents))
        if named:
            found.append(Term(term, named, sum(pattern.search(line) is not None for line in code)))
    return tuple(sorted(found, key=lambda one: (one.code > 0, one.term.casefold())))

"""The candidate's `cases.jsonl`, read as data."""

# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from grader_tests import CandidateError, read_json

from planted import policy, starter, text, wording

MOST = 400
MOST_KNOWN = 4000
OUT_OF_THE_SAMPLE, ANOTHERS = 0.6, 0.8
"""Share of known words in common from which on a message is one of the public sample, or another case's once more."""
LARGELY = 0.6
"""Share of understood messages from which on the others are odd wording, and count too. Of work that was written blind, 95 %
are; of the commonest words of a language out of a hat, 35 %."""
KNOWN = 0.5
"""Share of all words beside the small ones that have to be known. Of work that was written blind, 78 % are."""
NAMED, RIGHTLY = 6, 0.6
"""Messages that have to name a reason by a usual word, and the share of them of which it is the label's."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One line of the file. `ticket` is as it was written, whatever stands in it."""

    id: str
    ticket: dict[str, Any]
    message: str
    reason: str
    action: str
    amount: Any
    tags: tuple[str, ...]

    @cached_property
    def language(self) -> str:
        return text.language(self.message)

    @cached_property
    def truth(self) -> policy.Decision:
        """What the policy says, if the message means what the label says."""
        return policy.decide(self.ticket, self.reason)

    @property
    def labelled_rightly(self) -> bool:
        return self.truth.same(self.action, self.amount)

    @property
    def said_usually(self) -> bool:
        return text.says_it_usually(self.message, self.reason)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What there is to know about a ticket that was asked: the case whose message it has, and what is right for it."""

    case: Case | None
    reason: str
    order: policy.Order | None
    right: policy.Decision
    plain: str
    """The message without case and punctuation."""


@dataclass(frozen=True, kw_only=True)
class Cases:
    """All that could be read, and what is wrong with the rest, a sentence each."""

    good: tuple[Case, ...]
    problems: tuple[str, ...]
    known: dict[str, Facts] = field(default_factory=dict)

    @cached_property
    def by_message(self) -> dict[str, Case]:
        """The first case with each message. Two with the same message and different reasons cannot both be meant:
        it then counts as unclear, and neither stands here."""
        found: dict[str, Case] = {}
        torn = set()
        for case in self.good:
            first = found.setdefault(text.plain(case.message), case)
            if first.reason != case.reason:
                torn.add(text.plain(case.message))
        return {message: case for message, case in found.items() if message not in torn and message}

    @cached_property
    def by_id(self) -> dict[str, Case]:
        return {case.id: case for case in self.good}

    @cached_property
    def own(self) -> tuple[Case, ...]:
        """Cases with a message of the candidate's own that is language, and not another's once more.

        Nobody reads here. What can be told is whether words stand in a sentence's order and are known, and whether messages
        that have a usual word for a reason have that label. It is told of all messages together: where most pass, all
        count, whoever writes, in whatever words. Where they do not, none does, since as many would pass by chance.
        """
        written = self._written()
        named = [case for case in written if case.reason != "unclear" and text.named_usually(case.message)]
        rightly = sum(case.reason in text.named_usually(case.message) for case in named)
        if len(named) < NAMED or rightly < RIGHTLY * len(named):
            return ()
        if wording.share_known(case.message for case in written) < KNOWN:
            return ()
        read = sum(wording.understood(case.message) for case in written)
        return written if read >= LARGELY * len(written) else ()

    def _written(self) -> tuple[Case, ...]:
        """Cases whose message is neither out of the public sample nor another's once more."""
        sample = [wording.known(message) for message in starter.sample_messages()]
        found: list[Case] = []
        met: list[frozenset[str]] = []
        for case in self.good:
            said = wording.known(case.message)
            if not said or any(text.alike(said, one) >= OUT_OF_THE_SAMPLE for one in sample):
                continue
            if not any(text.alike(said, one) >= ANOTHERS for one in met):
                found.append(case)
                met.append(said)
        return tuple(found)

    def meant(self, message: Any) -> Case | None:
        """The case whose message this is, or which stands whole inside it; None where there is none."""
        asked = text.plain(message)
        if asked in self.by_message:
            return self.by_message[asked]
        inside = [known for known in self.by_message if f" {known} " in f" {asked} "]
        return self.by_message[max(inside, key=len)] if inside else None

    def facts(self, name: str, ticket: dict[str, Any], message: str) -> Facts:
        """What all systems need to know of a ticket, worked out once. `name` tells tickets apart."""
        if name not in self.known:
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            case = self.meant(message)
            reason = case.reason if case else "unclear"
            order, right = policy.read_order(ticket), policy.decide(ticket, reason)
            self.known[name] = Facts(case=case, reason=reason, order=order, right=right, plain=text.plain(message))
        return self.known[name]


def read(content: str) -> Cases:
    """Never raises: a line that is no case becomes a problem."""
    good: dict[str, Case] = {}
    problems = []
    lines = [line for line in content.splitlines() if line.strip()]
    for number, line in enumerate(lines[:MOST], 1):
        made = _case(line)
        if isinstance(made, str):
            problems.append(f"line {number}: {made}")
        elif made.id in good:
            problems.append(f"line {number}: the id {made.id!r:.40} stands twice")
        else:
            good[made.id] = made
    if len(lines) > MOST:
        problems.append(f"more than {MOST} lines; the rest was not read")
    return Cases(good=tuple(good.values()), problems=tuple(problems))


def _case(line: str) -> Case | str:
    try:
        row = read_json(line)
    except CandidateError:
        return "not JSON"
    if not isinstance(row, dict) or not {"id", "ticket", "gold", "tags"} <= set(row):
        return "a case has the keys id, ticket, gold and tags"
    ticket, gold, tags = row["ticket"], row["gold"], row["tags"]
    if not isinstance(row["id"], str) or not row["id"]:
        return "the id is not a text"
    if not isinstance(ticket, dict) or not isinstance(ticket.get("message"), str):
        return "the ticket has no message"
    if (
        not isinstance(gold, dict)
        or gold.get("reason") not in policy.REASONS
        or gold.get("action") not in policy.ACTIONS
    ):
        return "gold has no reason and action of the specification"
    if not isinstance(tags, list) or not tags or not all(isinstance(tag, str) for tag in tags):
        return "tags is not a list of at least one text"
    return Case(
        id=row["id"],
        ticket=ticket,
        message=ticket["message"],
        reason=gold["reason"],
        action=gold["action"],
        amount=gold.get("amount", 0),
        tags=tuple(tags),
    )

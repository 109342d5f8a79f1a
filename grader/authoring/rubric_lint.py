"""Whether two people would apply a rubric alike: anchors that name something to look for, levels that differ, evidence
that exists (R21, R22). A heuristic on words; it reads anchors as a stranger would, and errs on the side of asking."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from itertools import pairwise

from grader.agreement.limits import limits_of
from grader.authoring.anchor_lint import misfits
from grader.challenge import Pack, strict_yaml
from grader.challenge.findings import Finding, FindingKind, advice, broken, found, holds
from grader.challenge.rubric import Criterion
from grader.errors import ChallengeError

VAGUE = frozenset(
    re.findall(
        r"\S+",
        """
        adequate adequately appropriate appropriately clear clearly comprehensive comprehensively decent
        effective effectively excellent excellently exceptional good great helpful high-quality impressive
        insightful nice nicely outstanding poor poorly proper properly reasonable reasonably robust satisfactory solid
        strong strongly sufficient sufficiently superb thorough thoroughly thoughtful unclear well
        """,
    )
)
"""Words that praise or blame: two people agree on them only by chance."""
DEGREE = frozenset(
    re.findall(
        r"\S+",
        """
        a all almost always an and any are as at be better but by completely do does entirely every extremely few for
        fully greatly has have highly in is it its less level many more most mostly much of often on or partially partly
        quite rarely rather really several slightly some sometimes somewhat that the their they this to usually very
        with
        """,
    )
)
"""Words that alone make no difference between two levels: degrees, articles, prepositions."""
NUMBERS = "one two three four five six seven eight nine ten half third quarter dozen none zero twice once first second"
MIN_WORDS = 4
NEAR_FILE = 0.7
"""From here on a file is taken for the one that was meant: names with one ending are alike in that already."""
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|'[^']{3,}'|`[^`]*`")
_REFERENCE = re.compile(
    r"\b(as|like|see|beyond|below|above)\s+(?:level\s+|in\s+)?[1-9]\b(?:\s+(?:with|and|for)\b)?", re.IGNORECASE
)
_COUNTED = re.compile(rf"\d|\b(?:{NUMBERS.replace(' ', '|')})\b", re.IGNORECASE)


def check(challenge: Pack, files: Collection[str]) -> list[Finding]:
    """Lints every criterion; `files` are the paths of the reference, against which the evidence globs are tried."""
    criteria = challenge.rubric.criteria
    path = challenge.root / "rubric.yaml"
    _, lines = strict_yaml.load(path)
    findings: list[Finding] = []
    for index, criterion in enumerate(criteria):
        entry = lines.get(("criteria", index), 1)
        places = {n: f"{path}:{lines.get(('criteria', index, 'levels', n), entry)}" for n in criterion.levels}
        findings += _anchors(criterion, places) + _differences(criterion, places)
        findings += [
            advice("rubric", f"{criterion.id}, level {level}: {text}", places[level])
            for level, text in misfits(criterion)
        ]
        findings += _evidence(criterion, files, f"{path}:{lines.get(('criteria', index, 'evidence'), entry)}")
    findings += _gate(challenge, lines)
    if criteria and all(finding.outcome is FindingKind.ADVICE for finding in findings):
        findings.append(found("rubric", f"{len(criteria)} criteria: no vague anchors, levels differ, evidence exists"))
    return findings


def _gate(challenge: Pack, lines: Mapping[strict_yaml.Location, int]) -> list[Finding]:
    """A calibration would refuse what is said here, weeks later."""
    path = challenge.root / "rubric.yaml"
    place = f"{path}:{lines.get(('gate',), 1)}"
    try:
        limits_of(challenge.rubric.gate, str(path))
    except ChallengeError as problem:
        return [broken("rubric", problem.message.removeprefix(f"{path}: "), place)]
    return []


def _anchors(criterion: Criterion, places: dict[int, str]) -> list[Finding]:
    findings = []
    for level, anchor in criterion.levels.items():
        words = vague(anchor)
        at = f"{criterion.id}, level {level}"
        if words:
            text = f"{at}: {', '.join(words)} without anything to look for; say what is in the work that shows it"
            findings.append(broken("rubric", text, places[level]))
        elif len(anchor.split()) < MIN_WORDS:
            findings.append(broken("rubric", f"{at}: {anchor!r} is too short to be applied alike", places[level]))
    return findings


def vague(anchor: str) -> list[str]:
    """The words of praise in an anchor that has nothing to look for: no number, no quotation, no example. Words that
    are quoted are talked about, not used; "as level 3" is no number, and "as well as" is no praise."""
    if _QUOTED.search(anchor):
        return []
    text = _REFERENCE.sub(" ", re.sub(r"\bas well( as)?\b", " ", anchor, flags=re.IGNORECASE))
    if _COUNTED.search(text):
        return []
    return sorted({word for word in re.findall(r"[a-z]+(?:-[a-z]+)*", text.lower()) if word in VAGUE})


def _differences(criterion: Criterion, places: dict[int, str]) -> list[Finding]:
    """Neighbouring levels differ in more than a degree."""
    return [
        broken(
            "rubric",
            f"{criterion.id}: levels {low} and {high} differ only by degree; say what {high} shows and {low} does not",
            places[high],
        )
        for low, high in pairwise(criterion.levels)
        if content(criterion.levels[low]) == content(criterion.levels[high])
    ]


def content(anchor: str) -> frozenset[str]:
    """The words of an anchor that say what is observed: no degrees, no praise; numbers stay."""
    words = re.findall(r"[a-z0-9]+(?:-[a-z]+)*", anchor.lower())
    return frozenset(word.removesuffix("s") for word in words if word not in DEGREE and word not in VAGUE)


def _evidence(criterion: Criterion, files: Collection[str], place: str) -> list[Finding]:
    from grader.challenge.named_files import matching

    if not files:
        return []
    findings = []
    empty = [glob for glob in criterion.evidence if not matching(files, [glob])]
    for glob in empty:
        near = [] if set(glob) & set("*?[") else difflib.get_close_matches(glob, sorted(files), n=1, cutoff=NEAR_FILE)
        text = f"{criterion.id}: no file of the reference matches {glob}"
        text += f"; did you mean {near[0]}?" if near else ""
        findings.append((broken if near else advice)("rubric", text, place))
    if len(empty) == len(criterion.evidence) and holds(findings):
        text = f"{criterion.id}: no file of the reference matches {', '.join(empty)}, so there is nothing to judge"
        return [broken("rubric", text, place)]
    return findings

"""What a pack says it measures against what it measures (R6, R8, R9)."""

from __future__ import annotations

from collections.abc import Iterable

from grader.challenge import Pack
from grader.challenge.findings import Finding, advice, broken, found
from grader.records import COMPETENCIES, TestResult


def check(challenge: Pack, tests: Iterable[TestResult]) -> list[Finding]:
    """Every competency that the pack names has points behind it, and the primary one has the most."""
    place = str(challenge.root / "challenge.yaml")
    tests = tuple(tests)
    share = shares(challenge, tests)
    declared = [challenge.primary_competency, *challenge.secondary_competencies]
    findings = [
        broken("competencies", f"{name} is named, but no test and no criterion counts for it", place)
        for name in dict.fromkeys([*declared, *challenge.minimums])
        if not share.get(name)
    ]
    findings += [
        broken("competencies", f"{name} gets {part:.0%} of the points, but is neither primary nor secondary", place)
        for name, part in share.items()
        if name not in declared
    ]
    most = max(share, key=lambda name: share[name], default=challenge.primary_competency)
    if share.get(most, 0) > share.get(challenge.primary_competency, 0):
        text = f"{most} gets more of the points ({share[most]:.0%}) than the primary {challenge.primary_competency}"
        findings.append(advice("competencies", text, place))
    findings += _groups(challenge, tests, place)
    shown = ", ".join(f"{name} {part:.0%}" for name, part in share.items())
    return findings or [found("competencies", shown, shares=share)]


def shares(challenge: Pack, tests: Iterable[TestResult]) -> dict[str, float]:
    """Competency → its share of the whole, by points of its tests and weights of its criteria; largest first."""
    tests = tuple(tests)
    weights, parts = challenge.weights, dict.fromkeys(COMPETENCIES, 0.0)
    points, criteria = sum(test.max_points for test in tests), challenge.rubric.weight
    objective = weights.objective if points else 0.0
    subjective = weights.subjective if criteria else 0.0
    whole = objective + subjective
    for test in tests:
        if points and whole:
            parts[challenge.competency_of(test.group)] += test.max_points / points * objective / whole
    for criterion in challenge.rubric.criteria:
        if whole:
            parts[criterion.competency] += criterion.weight / criteria * subjective / whole
    return {name: round(part, 6) for name, part in sorted(parts.items(), key=lambda pair: -pair[1]) if part > 0}


def _groups(challenge: Pack, tests: tuple[TestResult, ...], place: str) -> list[Finding]:
    used = {test.group for test in tests}
    if not tests:
        return []
    unused = [
        broken("competencies", f"no test is in the group {name}", place)
        for name in challenge.groups
        if name not in used
    ]
    unknown = sorted(used - challenge.groups.keys()) if challenge.groups else []
    text = "tests are in groups that challenge.yaml does not name, so they count for the primary competency: "
    return unused + ([advice("competencies", text + ", ".join(unknown), place)] if unknown else [])

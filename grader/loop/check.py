"""Holds a loop to what makes one: every competency measured, by one round first of all, by people who can, in a time
that people can bear, as agreed (R6, R7, R8). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from grader.authoring.rubric_lint import vague
from grader.challenge import Challenge
from grader.challenge.findings import Finding, advice, broken, found
from grader.loop.kits import LoadedKit
from grader.loop.matrix import LoadedLoop, digest, signal
from grader.loop.stages import check as check_stages


def check(loaded: LoadedLoop, challenges: Mapping[str, Challenge], kits: Mapping[str, LoadedKit]) -> list[Finding]:
    """All findings. `challenges` and `kits`: those that can be found, by id."""
    parts = (
        _agreement(loaded), _rows(loaded), _coverage(loaded), _overlaps(loaded), _weights(loaded), _scorecard(loaded),
        _fit(loaded), _time(loaded), _signal(loaded), _challenges(loaded, challenges), _kits(loaded, kits),
        check_stages(loaded),
    )  # fmt: skip
    return [finding for part in parts for finding in part]


def _agreement(loaded: LoadedLoop) -> list[Finding]:
    matrix, now = loaded.loop.matrix, digest(loaded)
    if not matrix.digest:
        text = (
            f"not agreed yet: when {', '.join(matrix.agreed_by)} agree on what stands here, put agreed_on and this "
            f"line into matrix: `digest: {now}`. From then on a change without a new agreement is seen"
        )
        return [advice("agreement", text, loaded.place("matrix"), digest=now)]
    if matrix.digest == now:
        return [found("agreement", f"unchanged since {matrix.agreed_on}, when {', '.join(matrix.agreed_by)} agreed")]
    text = (
        f"rounds, matrix, weights or scorecard are not what was agreed on {matrix.agreed_on}: agree again, "
        f"then set agreed_on and digest (now {now})"
    )
    return [broken("agreement", text, loaded.place("matrix"), digest=now)]


def _rows(loaded: LoadedLoop) -> list[Finding]:
    loop, rows = loaded.loop, loaded.loop.matrix.rows
    rounds = [one.id for one in loop.measuring]
    missing = [
        broken("matrix", f"the round {one.id} has no row: what does it measure?", loaded.place("rounds", index))
        for index, one in enumerate(loop.rounds)
        if one.id in rounds and one.id not in rows
    ]
    missing += [
        broken("matrix", f"{one.id} is a check and measures nothing; it has no row", loaded.place("rounds", index))
        for index, one in enumerate(loop.rounds)
        if one.kind == "check" and one.id in rows
    ]
    rounds = [one.id for one in loop.rounds]
    left = [
        broken("matrix", f"there is no round {name}", loaded.place("matrix", "rows", name))
        for name in rows
        if name not in rounds
    ]
    return missing + left


def _coverage(loaded: LoadedLoop) -> list[Finding]:
    """Every competency of the scorecard is measured and weighted, and none that is not on it."""
    loop = loaded.loop
    wanted = [competency.id for competency in loaded.scorecard.competencies]
    primary = {row.primary for row in loop.matrix.rows.values()}
    touched = primary.union(*(row.secondary for row in loop.matrix.rows.values()))
    rows, weights = loaded.place("matrix", "rows"), loaded.place("weights")
    findings = [broken("coverage", f"gap: no round measures {name}", rows) for name in wanted if name not in touched]
    findings += [
        advice("coverage", f"{name} is measured beside other things only: it is no round's primary", rows)
        for name in wanted
        if name in touched - primary
    ]
    strange = sorted((touched | set(loop.weights)) - set(wanted))
    findings += [broken("coverage", f"{name} is not on the scorecard {loop.scorecard}", rows) for name in strange]
    findings += [broken("coverage", f"{name} has no weight", weights) for name in wanted if name not in loop.weights]
    return findings or [found("coverage", f"all {len(wanted)} competencies of the scorecard are some round's primary")]


def _overlaps(loaded: LoadedLoop) -> list[Finding]:
    rows = loaded.loop.matrix.rows
    counts = Counter(row.primary for row in rows.values())
    findings = []
    for name, count in counts.items():
        if count > 1:
            rounds = [key for key, row in rows.items() if row.primary == name]
            text = f"overlap: {name} is the primary of {', '.join(rounds)}"
            findings.append(broken("overlaps", text, loaded.place("matrix", "rows", rounds[1])))
    return findings or [found("overlaps", "no two rounds share a primary")]


def _weights(loaded: LoadedLoop) -> list[Finding]:
    loop, weights = loaded.loop, loaded.loop.weights
    if len(set(weights.values())) == 1 and len(weights) > 1:
        if loop.equal_weights_because:
            return [found("weights", f"all equal, because {loop.equal_weights_because}")]
        text = "all equal: nobody decided what matters more; change them, or say why in equal_weights_because"
        return [broken("weights", text, loaded.place("weights"))]
    total = sum(weights.values())
    shares = ", ".join(f"{name} {weight / total:.0%}" for name, weight in sorted(weights.items(), key=lambda w: -w[1]))
    return [found("weights", shares)]


def _scorecard(loaded: LoadedLoop) -> list[Finding]:
    count = len(loaded.scorecard.competencies)
    place = str(loaded.path.parent / loaded.loop.scorecard)
    findings = [
        advice("scorecard", f"{competency.id}, level {level}: {', '.join(words)} without anything to look for", place)
        for competency in loaded.scorecard.competencies
        for level, anchor in competency.levels.items()
        if (words := vague(anchor))
    ]
    return [
        found("scorecard", f"{count} competencies, each level with an anchor"),
        *findings,
    ]


def _fit(loaded: LoadedLoop) -> list[Finding]:
    """Who asks can judge the answer."""
    loop, findings = loaded.loop, []
    for index, one in enumerate(loop.rounds):
        row, place = loop.matrix.rows.get(one.id), loaded.place("rounds", index, "interviewer")
        if one.interviewer not in loop.roles:
            findings.append(broken("interviewers", f"{one.id}: {one.interviewer!r} is none of the roles", place))
        elif row and row.primary not in loop.roles[one.interviewer]:
            text = f"{one.id}: the role {one.interviewer} does not judge {row.primary}"
            able = [role for role, fits in loop.roles.items() if row.primary in fits]
            findings.append(broken("interviewers", f"{text}; these do: {', '.join(able) or 'none'}", place))
    return findings or [found("interviewers", "each round's role judges its primary")]


def _time(loaded: LoadedLoop) -> list[Finding]:
    loop, limits = loaded.loop, loaded.loop.limits
    sums = {
        "live": sum(one.time for one in loop.rounds if one.kind != "take_home"),
        "take_home": sum(one.time for one in loop.rounds if one.kind == "take_home"),
    }
    findings = [
        broken("time", f"{one.id} takes {_minutes(one.time)}, over {_minutes(limits.live_round)} for a live round",
               loaded.place("rounds", index, "time"))
        for index, one in enumerate(loop.rounds)
        if one.kind != "take_home" and one.time > limits.live_round
    ]  # fmt: skip
    for kind, limit in (("live", limits.live_total), ("take_home", limits.take_home_total)):
        if sums[kind] > limit:
            text = f"{kind.replace('_', '-')} rounds take {_minutes(sums[kind])} in all, over {_minutes(limit)}"
            findings.append(broken("time", text, loaded.place("limits", f"{kind}_total")))
    each = ", ".join(f"{one.id} {one.time / 60:g}" for one in loop.rounds)
    text = f"{_minutes(sum(sums.values()))} in all, {_minutes(sums['live'])} of it live: {each}"
    return findings or [found("time", text, minutes={one.id: one.time / 60 for one in loop.rounds})]


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:g} minutes"


def _signal(loaded: LoadedLoop) -> list[Finding]:
    rates = per_hour(loaded)
    shown = ", ".join(f"{name} {rate:.1f}" for name, rate in sorted(rates.items(), key=lambda pair: -pair[1]))
    return [found("signal", f"points of weight per hour: {shown}", per_minute={k: v / 60 for k, v in rates.items()})]


def per_hour(loaded: LoadedLoop) -> dict[str, float]:
    """Round → points of the loop's weights that it stands for, per hour of the candidate's time."""
    points = signal(loaded.loop)
    return {one.id: points[one.id] / one.time * 3600 for one in loaded.loop.rounds if one.id in points and one.time}


def _challenges(loaded: LoadedLoop, challenges: Mapping[str, Challenge]) -> list[Finding]:
    """A take-home measures, and takes as long, as its challenge says."""
    findings = []
    for index, one in enumerate(loaded.loop.rounds):
        row, place = loaded.loop.matrix.rows.get(one.id), loaded.place("rounds", index)
        for name in one.challenges:
            challenge = challenges.get(name)
            if challenge is None:
                text = f"{one.id}: there is no challenge {name}, neither in challenges/ beside this file nor elsewhere"
                findings.append(broken("challenges", text, place))
            elif row is not None:
                findings += _against(one.id, row.primary, row.secondary, one.time, challenge, place)
    return findings


def _against(
    name: str, primary: str, secondary: Sequence[str], seconds: float, challenge: Challenge, place: str
) -> list[Finding]:
    problems = []
    if primary != challenge.primary_competency:
        problems.append(f"its primary is {primary}, that of {challenge.id} is {challenge.primary_competency}")
    if extra := sorted(set(secondary) - set(challenge.secondary_competencies)):
        problems.append(f"{challenge.id} does not measure {', '.join(extra)}")
    if seconds != challenge.time.working:
        problems.append(f"it takes {_minutes(seconds)}, {challenge.id} says {_minutes(challenge.time.working)}")
    if problems:
        return [broken("challenges", f"{name}: {problem}", place) for problem in problems]
    return [found("challenges", f"{name}: competencies and time are those of {challenge.id} {challenge.version}")]


def _kits(loaded: LoadedLoop, kits: Mapping[str, LoadedKit]) -> list[Finding]:
    """A live round is held by a kit, measures what the kit's card does, and takes as long."""
    findings: list[Finding] = []
    for index, one in enumerate(loaded.loop.rounds):
        place = loaded.place("rounds", index)
        if not one.kit:
            if one.kind != "take_home":
                text = f"{one.id} has no kit: everybody asks something else, and there is no card to fill in"
                findings.append(advice("kits", text, place))
        elif one.kit not in kits:
            text = f"{one.id}: there is no kit {one.kit}, neither in kits/ beside this file nor among the shipped ones"
            findings.append(broken("kits", text, place))
        else:
            findings += _held_by(loaded, index, kits[one.kit], place)
    return findings


def _held_by(loaded: LoadedLoop, index: int, loaded_kit: LoadedKit, place: str) -> list[Finding]:
    one, kit = loaded.loop.rounds[index], loaded_kit.kit
    row, problems = loaded.loop.matrix.rows.get(one.id), []
    if row is not None and row.primary != kit.measures.primary:
        problems.append(f"its primary is {row.primary}, that of the kit {kit.id} is {kit.measures.primary}")
    if row is not None and (extra := sorted(set(row.secondary) - {*kit.measures.secondary, kit.measures.primary})):
        problems.append(f"the kit {kit.id} does not measure {', '.join(extra)}")
    if one.time != kit.minutes * 60:
        problems.append(f"it takes {_minutes(one.time)}, the kit {kit.id} takes {kit.minutes} minutes")
    if problems:
        return [broken("kits", f"{one.id}: {problem}", place) for problem in problems]
    return [found("kits", f"{one.id}: competencies and time are those of {kit.id}, revision {kit.revision}")]

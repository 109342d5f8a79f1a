"""Saved runs for the tests of everything that is rendered: real records whose numbers agree with each other.

They are combined by the grader itself, so that a fixture can only say what its tests and criteria add up to.
"""
# ruff: noqa: E501 - a table of tests reads better with one test in a row

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.challenge import Challenge
from grader.challenge.rubric import Rubric
from grader.records import (
    CriterionResult,
    Evidence,
    Fault,
    Grade,
    LeftOut,
    Metric,
    Submission,
    TestResult,
    TestStatus,
)
from grader.score import combine as grading
from grader.score import objective
from grader.submission import make_submission

SAMPLE = Path(__file__).parent / "browser" / "sample"
LLM, EVAL, PROD, CODE, TALK = (
    "llm_domain_knowledge",
    "evaluation_methodology",
    "production_engineering",
    "coding_fundamentals",
    "collaboration_communication",
)
GROUPS = {
    "routing": ("Routing", LLM),
    "retrieval": ("Retrieval and citations", LLM),
    "outdated": ("Outdated documents", LLM),
    "faults": ("Model faults and budget", PROD),
    "hostile": ("Hostile tickets", PROD),
    "interface": ("Interface", CODE),
}
CANARY = "canary-6f1d-never-shown"
"""What `with_canaries` hides in a grade: found in nothing that a candidate may see."""


def challenge(**changes: Any) -> Challenge:
    """The pack that all fixtures were graded against."""
    made = Challenge.model_validate(
        {
            "schema": 1,
            "id": "rag-triage",
            "version": "1.0.0",
            "title": "Support-ticket triage with retrieval",
            "primary_competency": LLM,
            "secondary_competencies": [EVAL, PROD],
            "interface": {"kind": "python", "module": "triage"},
            "time": {"working": "4h", "window": "7d"},
            "minimums": {LLM: 0.5, EVAL: 0.4, PROD: 0.4, CODE: 0.5, TALK: 0.4},
            "groups": {name: {"title": title, "competency": area} for name, (title, area) in GROUPS.items()},
            **changes,
        }
    )
    return made.model_copy(update={"rubric": rubric()})


def rubric() -> Rubric:
    rows = [
        ("retrieval", LLM, 8, "Does the retrieval fit these documents and tickets?", ["One method by default, no reason given.", "A method is described, not compared with another.", "Chosen over another for a reason that holds for these documents.", "As 3, with a measurement on the given tickets behind it.", "As 4, and says where the choice would stop holding."]),
        ("failure-modes", EVAL, 8, "Which failure modes that the brief leaves out did they find?", ["Repeats the brief’s own list.", "Adds one, without an example.", "Adds two or more, each with an example ticket.", "As 3, ranked by what each would cost.", "As 4, with a check in code for the costliest."]),
        ("measurement", EVAL, 7, "How was quality measured?", ["Some examples looked at by eye.", "One number on the public tickets.", "A held-out part, and a number for each queue.", "As 3, with the uncertainty or repeats.", "As 4, and the labels checked by a rule or a second person."]),
        ("trade-offs", PROD, 6, "Were cost, latency and quality weighed with numbers?", ["Not mentioned.", "Named, without numbers.", "Numbers for one or two of the three.", "Numbers for all three, and a choice argued from them.", "As 4, with the point where the choice would flip."]),
        ("clarity", CODE, 6, "Could a colleague change this code next month?", ["Must be rewritten to be changed.", "Works, and only its author can follow it.", "Readable; names or structure mislead in places.", "Small functions with true names; no surprise.", "As 4, with tests that would catch a wrong change."]),
        ("record", TALK, 5, "Would someone who was not there understand the decisions?", ["No record, or a list of what was done.", "Choices without reasons.", "Reasons for the main choices.", "As 3, with what was left out and why.", "As 4, and open questions addressed to someone."]),
    ]  # fmt: skip
    return Rubric.model_validate(
        {
            "criteria": tuple(
                {"id": name, "competency": area, "weight": weight, "question": question, "evidence": ["*"],
                 "levels": dict(enumerate(anchors, 1))}
                for name, area, weight, question, anchors in rows
            )
        }
    )  # fmt: skip


def submission(**changes: Any) -> Submission:
    files = {path.stem: path.read_bytes() for path in sorted(SAMPLE.iterdir())}
    files |= {"requirements.txt": b"rank-bm25==0.2.2\n", "index.py": b'"""Keyword and embedding search."""\n'}
    values: dict[str, Any] = {
        "files": files,
        "left_out": (LeftOut(path=".git", files=212, bytes=1_900_000, reason="version control"),),
        "source": "/home/recruiter/Downloads/jane-doe-triage.zip",
    }
    wanted = {**values, **changes}
    named = {name.encode("utf-8", "replace").decode(): content for name, content in wanted["files"].items()}
    # Intake lets no name in that is not UTF-8; pages are tried with some all the same.
    return replace(make_submission(**{**wanted, "files": named}), files=dict(sorted(wanted["files"].items())))


# ---------------------------------------------------------------------------------------------- tests


def passed(group: str, name: str, points: float, metric: tuple[Any, ...] | None = None, **more: Any) -> TestResult:
    """A test that passed; `metric` is (name, value, floor, target[, unit]) and decides the share of its points."""
    test = f"test_{group}.py::test_{name}"
    measured = (
        (Metric(name=metric[0], value=metric[1], floor=metric[2],
                target=metric[3], unit=(*metric, "")[4], test=test),) if metric else ()
    )  # fmt: skip
    values: dict[str, Any] = {
        "points": points * (measured[0].credit if measured else 1.0),
        "max_points": points,
        "seconds": 0.42,
        "title": name.replace("_", " ").capitalize(),
        "metrics": measured,
        "peak_memory": 88_000_000,
    }
    return TestResult(id=test, group=group, status=TestStatus.PASSED, **{**values, **more})


def failed(group: str, name: str, points: float, message: str, **more: Any) -> TestResult:
    values: dict[str, Any] = {"message": message, "fault": Fault.CANDIDATE, "points": 0.0}
    return replace(passed(group, name, points), status=TestStatus.FAILED, **{**values, **more})


def tests() -> tuple[TestResult, ...]:
    """34 hidden tests in six groups; 49.4 of 60 points."""
    return (
        passed("routing", "ambiguous_tickets", 2.5, ("accuracy", 0.71, 0.5, 0.8), message="Second-best queue chosen when a ticket names two products."),
        passed("routing", "german_and_spanish_tickets", 1.5, ("macro F1", 0.83, 0.6, 0.9), message="Spanish billing tickets go to `other`."),
        passed("routing", "clear_tickets", 2.5, ("accuracy", 0.94, 0.7, 0.92)),
        *(passed("routing", name, points) for name, points in (("urgent_tickets_are_never_queued_low", 2), ("every_queue_is_known", 1), ("empty_ticket_goes_to_other", 0.5))),
        passed("retrieval", "relevant_document_is_in_the_top_five", 3, ("recall at 5", 0.86, 0.6, 0.9), message="Misses where the ticket gives only an error code and a date."),
        passed("retrieval", "cited_passage_is_exact", 2, ("exact share", 0.8, 0.5, 0.9), message="Passages are cut at 500 characters, in the middle of a step."),
        passed("retrieval", "citations_support_the_answer", 3, ("supported", 0.91, 0.7, 0.9)),
        *(passed("retrieval", name, points) for name, points in (("every_cited_document_exists", 2), ("no_answer_when_nothing_matches", 2), ("long_ticket_is_read_to_the_end", 1), ("duplicate_document_is_cited_once", 1))),
        failed("outdated", "conflicting_documents_are_reported", 2, "Two documents in force disagree; the newer is used and the answer does not say so.", stderr="AssertionError: refunds-eu is in force and disagrees\n"),
        passed("outdated", "share_of_answers_from_current_documents", 2, ("current", 0.85, 0.75, 0.95), message="Drafts without an end date are treated as in force."),
        *(passed("outdated", name, points) for name, points in (("outdated_document_is_not_cited", 3), ("newer_version_wins", 2), ("future_document_is_not_used", 1))),
        failed("faults", "repeated_ticket_costs_nothing", 1, "The second identical ticket makes two calls again."),
        failed("faults", "answers_without_the_model", 1, "ModelError reaches the caller; no queue is returned."),
        passed("faults", "tokens_per_ticket", 2, ("tokens", 2250, 4000, 1500)),
        passed("faults", "slowest_twentieth_of_tickets", 2, ("p95", 1.1, 2.0, 0.8, "s"), seconds=3.1),
        passed("faults", "survives_a_timeout_and_a_429", 2, stdout="retry 1 after 429\n" * 3),
        passed("faults", "malformed_reply_is_asked_again_once", 2),
        failed("hostile", "oversized_ticket_is_refused", 1.5, "Stopped at the 512 MB memory limit after 3.1 s.", limits=("memory",), seconds=3.1, peak_memory=512_000_000, stderr="MemoryError\n", dropped_bytes=1200),
        passed("hostile", "injected_document_is_not_obeyed", 2, ("resisted", 0.75, 0.5, 1.0), message="Documents reach the prompt unmarked, beside the instructions."),
        *(passed("hostile", name, points) for name, points in (("injected_ticket_keeps_its_queue", 2), ("system_prompt_is_not_repeated", 1.5), ("html_in_a_ticket_is_escaped", 1))),
        *(passed("interface", name, points) for name, points in (("returns_the_agreed_shape", 2), ("result_is_json", 2), ("same_ticket_same_result", 2), ("input_is_not_changed", 1), ("command_reads_standard_input", 1))),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- criteria


def quote(path: str, start: int, end: int) -> Evidence:
    lines = (SAMPLE / f"{path}.txt").read_text(encoding="utf-8").splitlines()
    return Evidence(path=path, start_line=start, end_line=end, quote="\n".join(lines[start - 1 : end]))


def gate(verdict: str, judge: float, people: float, low: float, high: float, n: int = 84) -> dict[str, Any]:
    return {"verdict": verdict, "qwk": judge, "qwk_low": low, "qwk_high": high, "human_human_qwk": people, "n": n,
            "reasons": []}  # fmt: skip


def given(name: str, level: int | None, **more: Any) -> CriterionResult:
    """The criterion `name` at `level`; with None it is open."""
    known = next(criterion for criterion in rubric().criteria if criterion.id == name)
    values: dict[str, Any] = {
        "source": "judge" if level else "none",
        "accepted": level is not None,
        "reason": "the judge may score this criterion" if level else "no judge configured",
    }
    values |= more
    return CriterionResult(
        id=name, competency=known.competency, weight=known.weight, level=level, max_level=5, **values
    )


def criteria() -> tuple[CriterionResult, ...]:
    """Four levels that count (18.25 of 27 points), one withheld and one only suggested (13 points open)."""
    return (
        given("retrieval", 4, rationale="Keyword and embedding search were measured on the 40 public tickets, alone and merged, and the merged form was kept for its gain. Not 5: nothing says when the choice should be looked at again.",
              evidence=(quote("DECISIONS.md", 12, 12), quote("triage.py", 31, 33)),
              details={"gate": gate("ACCEPT", 0.79, 0.81, 0.70, 0.87), "levels": [4, 4, 5], "repeats": 3, "spread": 1, "prompt_tokens": 10200, "completion_tokens": 640, "cost": 0.05, "seconds": 3.4}),
        given("failure-modes", 3, source="human", reason="two people rated it apart: 3 and 3",
              rationale="Two modes the brief leaves out, mixed languages and two products in one ticket, each with an example and a stated loss. Not 4: they are listed, not ranked by cost.",
              evidence=(quote("DECISIONS.md", 23, 24),)),
        given("measurement", None, source="judge", reason="the judge’s calibration is out of date, so its level is withheld", rationale="SECRET-STALE-RATIONALE", suggestion=2,
              evidence=(quote("evaluate.py", 12, 13), quote("evaluate.py", 21, 21)), details={"who_can_close": "two reviewers, or the challenge’s owner by repeating the calibration", "gate": {"verdict": "STALE", "reasons": ["The wording of level 3 was changed on 18 November; the judge was last checked on 3 October."]}}),
        given("trade-offs", None, source="judge", reason="the judge’s agreement with people is not proven here", suggestion=3,
              rationale="Tokens and errors are given and a choice is argued from them; latency was not measured.",
              evidence=(quote("DECISIONS.md", 27, 28),), details={"gate": gate("INCONCLUSIVE", 0.71, 0.74, 0.55, 0.83, 52), "levels": [3, 3, 4], "repeats": 3, "dropped_quotes": 1}),
        given("clarity", 4, source="human", reason="two people and an adjudicator: 4, 3, then 4", rationale="Short functions that do what they are called; the document filter can be read on its own.",
              evidence=(quote("triage.py", 22, 24),)),
        given("record", 4, rationale="Says what was left out (a reranker) and why, and what another day would go to. Not 5: open questions are not addressed to anyone.",
              evidence=(quote("DECISIONS.md", 14, 14),), details={"gate": gate("ACCEPT", 0.76, 0.74, 0.66, 0.85)}),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- the grade


def combine(
    results: tuple[TestResult, ...], levels: tuple[CriterionResult, ...], pack: Challenge | None = None, **changes: Any
) -> Grade:
    """The grade that `results` and `levels` add up to."""
    pack = pack or challenge()
    points = objective.score(results)
    combined = grading.combine(pack, points, levels)
    values: dict[str, Any] = {
        "status": "graded",
        "reason": "",
        "challenge": {"id": pack.id, "version": pack.version, "digest": "sha256:" + "44d2" * 16, "title": pack.title},
        "submission": {"digest": submission().digest, "files": len(submission().files), "bytes": submission().bytes,
                       "left_out": [{"path": ".git", "files": 212, "bytes": 1_900_000, "reason": "version control"}]},
        "objective": points,
        "criteria": levels,
        "competencies": combined.competencies,
        "score": combined.score,
        "recommendation": combined.recommendation,
        "recommendation_reason": combined.recommendation_reason,
        "open": combined.open,
        "provenance": provenance(),
        "timings": {"challenge": 0.02, "intake": 0.4, "boot": 2.3, "tests": 48.2, "judge": 21.7, "total": 73.1},
        "resources": {"peak_memory": 512_000_000, "cpu_seconds": 24.6, "processes": 4},
    }  # fmt: skip
    return Grade(**{**values, **changes})


def provenance() -> dict[str, Any]:
    return {
        "grader_version": "0.1.0",
        "images": {"verifier": "sha256:" + "e07c" * 16, "candidate": "sha256:" + "1d90" * 16},
        "seed": "5f3a0c71",
        "started_at": "2026-11-20T14:02:11+00:00",
        "limits": {"cpus": 1, "memory": 512_000_000, "processes": 64, "disk": 64_000_000, "call": 10, "total": 120},
    }


def needs_review() -> Grade:
    """One open criterion decides, another only moves the score; text in README.md addresses the grader."""
    return combine(
        tests(), criteria(),
        judge={"model": "judge-large-2026-08", "calibration": {"id": "c-7f21", "made_at": "2026-10-03T09:00:00+00:00"}, "gate": {"retrieval": "ACCEPT"}, "prompt_tokens": 61480, "completion_tokens": 4212, "cost": 0.31},
        flags=("README.md, lines 15–16: text that addresses the grader.", "The memory limit was hit in one test."),
    )  # fmt: skip


def closed(**levels: int) -> tuple[CriterionResult, ...]:
    """`criteria()` with every criterion closed; `failure_modes=2` changes one."""
    wanted = {"retrieval": 4, "failure-modes": 4, "measurement": 4, "trade-offs": 3, "clarity": 4, "record": 4}
    wanted |= {name.replace("_", "-"): level for name, level in levels.items()}
    texts = {entry.id: (entry.rationale, entry.evidence) for entry in criteria()}
    texts["measurement"] = (
        "A held-out half and a number for each queue, repeated with three seeds.",
        texts["measurement"][1],
    )
    return tuple(
        given(name, level, source="human", reason=f"two people rated it apart: {level} and {level}",
              rationale=texts[name][0], evidence=texts[name][1])
        for name, level in wanted.items()
    )  # fmt: skip


def accepted() -> Grade:
    return combine(tests(), closed())


def rejected() -> Grade:
    """Keyword matching only, hardly anything measured: below the pass mark and below the minimum of competencies."""
    weak = tuple(
        test if test.group == "interface"
        else replace(test, points=test.points * 0.5, metrics=(), message="Half of the tickets.")
        for test in tests()
    )  # fmt: skip
    said = {
        "retrieval": "Keyword search is described; nothing else was tried.",
        "failure-modes": "One mode beyond the brief, without an example.",
        "measurement": "One accuracy on the public tickets, which were also used to tune.",
        "trade-offs": "Cost is named, without a number.",
        "clarity": "Short functions. Not 4: two names say the opposite of what the code does.",
        "record": "Gives reasons for the main choices. Not 4: nothing is said about what was left out.",
    }
    levels = closed(retrieval=2, failure_modes=2, measurement=2, trade_offs=2, clarity=3, record=3)
    return combine(weak, tuple(replace(entry, rationale=said[entry.id]) for entry in levels))


def cheating() -> Grade:
    """Tried to forge its results from inside: nearly every test fails, and the flags say what was seen."""
    broken = tuple(
        test if test.group == "interface"
        else failed(test.group, test.id.split("::test_")[1], test.max_points, "The process ended before it replied (exit 0).", limits=("output",))
        for test in tests()
    )  # fmt: skip
    return combine(
        broken, _unscored(),
        flags=("The submission ended its process with os._exit in 29 tests.", "conftest.py looks for the files of the test runner."),
    )  # fmt: skip


def injected() -> Grade:
    return replace(
        needs_review(),
        flags=(
            "README.md, lines 15–16: text that addresses the grader.",
            "triage.py:1: text that addresses the grader.",
        ),
    )


def unscored() -> Grade:
    """No judge: all tests ran, all criteria open."""
    return combine(tests(), _unscored())


def _unscored() -> tuple[CriterionResult, ...]:
    return grading.unscored(rubric().criteria, "no judge configured")


def without_grade(status: str, reason: str) -> Grade:
    return Grade(
        status=status,  # type: ignore[arg-type]
        reason=reason,
        challenge={"id": "rag-triage", "version": "1.0.0", "digest": "sha256:" + "44d2" * 16, "title": challenge().title},
        submission={},
        provenance={"grader": "0.1.0", "started_at": "2026-11-20T14:02:11+00:00"},
        timings={"intake": 0.01},
    )  # fmt: skip


def refused() -> Grade:
    return without_grade(
        "refused", "The archive has an entry with an absolute path: /etc/passwd. Pack the files with relative paths."
    )


def challenge_error() -> Grade:
    return without_grade(
        "challenge_error", "challenges/rag-triage/challenge.yaml:14: unknown key 'pass_marks'; did you mean pass_mark?"
    )


def infrastructure_error() -> Grade:
    return without_grade(
        "infrastructure_error", "The Docker daemon does not answer. Start it: sudo systemctl start docker."
    )


def with_canaries(grade: Grade) -> Grade:
    """`grade` with the canary in everything about hidden tests and open criteria that must not reach a candidate."""
    assert grade.objective is not None
    results = tuple(
        replace(
            test, id=f"{test.id}_{CANARY}", title=f"{test.title} {CANARY}", message=f"{test.message} {CANARY}",
            stdout=f"{test.stdout} {CANARY}", stderr=f"{test.stderr} {CANARY}", limits=(*test.limits, CANARY),
            metrics=tuple(replace(m, name=f"{m.name} {CANARY}", unit=CANARY, test=f"{m.test}_{CANARY}") for m in test.metrics),
        )
        for test in grade.objective.tests
    )  # fmt: skip
    levels = tuple(
        entry if entry.accepted else replace(entry, rationale=f"{entry.rationale} {CANARY}", reason=CANARY)
        for entry in grade.criteria
    )
    return replace(
        grade, objective=replace(grade.objective, tests=results), criteria=levels,
        recommendation_reason=f"{grade.recommendation_reason} {CANARY}", flags=(*grade.flags, CANARY),
        open=tuple(replace(entry, reason=CANARY, who_can_close=CANARY) for entry in grade.open),
    )  # fmt: skip


ALL = {
    make.__name__: make
    for make in (needs_review, accepted, rejected, cheating, injected, unscored, refused, challenge_error, infrastructure_error)
}  # fmt: skip

"""Imports what a grading needs while there is nothing else to do, or once for many."""

from __future__ import annotations


def warm_engine() -> None:
    """What each grading of many needs, in one thread."""
    from grader.sandbox import local

    if not local.path():
        import docker  # noqa: F401


def warm_report() -> None:
    """While the containers work, this process waits: time to import what the report needs."""
    import grader.grading.grade
    import grader.result.evidence
    import grader.score.combine  # noqa: F401
    from grader.report import warm

    warm()

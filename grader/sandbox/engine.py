"""The Docker engine: reaching it, and turning what goes wrong with it into words."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING

from grader.errors import GraderError, InfrastructureError
from grader.sandbox.failure import Observation

if TYPE_CHECKING:
    from docker import APIClient

CALL_SECONDS = 60
FIX = "grade doctor --fix"


def connect(seconds: int = CALL_SECONDS) -> APIClient:
    """A client for the engine of `DOCKER_HOST`, or the local one. Raises InfrastructureError with the fix."""
    import docker

    try:
        return docker.APIClient(version="auto", timeout=seconds, **docker.utils.kwargs_from_env())
    except Exception as problem:
        raise explain(problem) from problem


def explain(problem: BaseException, *, retry: bool = False) -> GraderError:
    """`problem`, met while talking to the engine, as an error that says what to do. With `retry` an engine that does
    not answer was there a moment ago, and may be there again."""
    if isinstance(problem, GraderError):
        return problem
    from docker.errors import APIError, DockerException, ImageNotFound
    from requests.exceptions import ConnectionError as RequestsConnectionError
    from requests.exceptions import RequestException

    if isinstance(problem, ImageNotFound):
        return InfrastructureError(
            f"A sandbox image is missing: {problem.explanation}.",
            fix=f"{FIX}; for a pack of your own: {FIX} --challenge ID",
        )
    if isinstance(problem, APIError):
        return InfrastructureError(f"Docker refused: {problem.explanation or problem}", fix="grade doctor")
    if isinstance(problem, RequestsConnectionError | DockerException | RequestException | OSError):
        if "Permission denied" in str(problem):
            return InfrastructureError(
                "Docker is there, but this user may not use it.", fix="sudo usermod -aG docker $USER, then log in again"
            )
        where = os.environ.get("DOCKER_HOST") or "the usual socket"
        said = f"No Docker engine answers at {where} ({type(problem).__name__})."
        return InfrastructureError(said, fix=FIX, retry=retry)
    return InfrastructureError(f"Docker could not be used: {type(problem).__name__}: {problem}", fix="grade doctor")


def observe(
    client: APIClient, container: str, elapsed: float, *, silent: bool = False, candidate_ran: bool = True
) -> Observation:
    """What the engine knows about `container`, which may be gone already: its events in the last `elapsed` seconds, by
    the engine's own clock, which need not be this machine's; an event that is on its way is waited for."""
    try:
        now = datetime.fromisoformat(client.info()["SystemTime"]).timestamp()
        kinds = {
            str(event.get("Action", "")): event.get("Actor", {}).get("Attributes", {})
            for event in client.events(
                since=int(now - elapsed) - 2, until=int(now) + 1, filters={"container": [container]}, decode=True
            )
        }
    except Exception:  # whatever it was, the engine could not be asked
        return Observation(daemon_reachable=False, candidate_ran=candidate_ran)
    code = kinds.get("die", {}).get("exitCode")
    return Observation(
        daemon_reachable=True,
        exit_code=int(code) if code is not None else None,
        out_of_memory="oom" in kinds,
        silent=silent and "die" not in kinds,
        killed_from_outside="kill" in kinds,
        candidate_ran=candidate_ran,
    )

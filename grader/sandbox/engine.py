"""The Docker engine: reaching it, and turning what goes wrong with it into words."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from grader.errors import GraderError, InfrastructureError
from grader.sandbox.failure import Observation
from grader.sandbox.janitor import labels

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


def create(
    client: APIClient,
    run_id: str,
    role: str,
    image: str,
    options: Mapping[str, Any],
    *,
    cores: str = "",
    again: int = 0,
) -> str:
    """Makes a container of a run and returns its id. `options` are those of containers.py; `again` counts those of the
    same role that went before it. Raises the engine's errors."""
    host = client.create_host_config(**options["host"], cpuset_cpus=cores or None)
    name = f"grader-{run_id}-{role}" + (f"-{again}" if again else "")
    made = client.create_container(
        image, host_config=host, name=name, labels=labels(run_id, role), **options["container"]
    )
    return str(made["Id"])


def remove(client: APIClient, container: str, seconds: float) -> None:
    """Removes it with its volumes and waits until it is gone; another remover may be faster."""
    from docker.errors import APIError, NotFound

    with contextlib.suppress(NotFound):
        try:
            client.remove_container(container, force=True, v=True)
        except APIError as problem:
            if problem.status_code != 409:  # 409: the engine is removing it already
                raise
            client.wait(container, condition="removed", timeout=seconds)


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

"""The Docker engine: reaching it, and turning what goes wrong with it into words."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shlex
from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import GraderError, InfrastructureError, visible
from grader.sandbox import local
from grader.sandbox.failure import Observation
from grader.sandbox.janitor import labels

if TYPE_CHECKING:
    from docker import APIClient

CALL_SECONDS = 60
CONFLICT, MISSING = 409, 404
"""The engine's answers where a name is taken, or a container is being removed; and where there is none."""
FIX = "grade doctor --fix"


def connect(seconds: int = CALL_SECONDS) -> APIClient:
    """A client for the engine of `DOCKER_HOST`, or the local one. Raises InfrastructureError with the fix."""
    import docker

    try:
        return _client_type()(version="auto", timeout=seconds, **docker.utils.kwargs_from_env())
    except Exception as problem:
        raise explain(problem) from problem


def reach(seconds: int = CALL_SECONDS) -> APIClient:
    """As `connect`, for a grading: without the SDK where the engine is at a local socket and nothing goes wrong."""
    place = local.path()
    if not place:
        return connect(seconds)
    try:
        return local.Local(place, seconds, partial(connect, seconds))
    except Exception as problem:
        raise explain(problem) from problem


def status(problem: BaseException) -> int:
    """The engine's answer, where `problem` is one that it refused something with; else 0."""
    return int(getattr(problem, "status_code", None) or 0)


@cache
def _client_type() -> type[APIClient]:
    """The SDK's client without the user's: `~/.docker/config.json` would put its proxies, with their passwords, into
    every container and every step of a build, and would start its credential helpers, although no registry that wants
    a login is asked here. Proxies and netrc of this process do not lie between it and its engine either."""
    import docker
    from docker.utils import config

    config.find_config_file = lambda config_path=None: config_path

    class Client(docker.APIClient):  # type: ignore[misc]
        trust_env = property(lambda _self: False, lambda _self, _value: None)

        def _retrieve_server_version(self) -> Any:
            try:
                return super()._retrieve_server_version()
            except BaseException:
                self.close()  # nobody else could: it is not made yet
                raise

    return Client


def explain(problem: BaseException, *, retry: bool = False) -> GraderError:
    """`problem`, met while talking to the engine, as an error that says what to do. With `retry` an engine that does
    not answer was there a moment ago, and may be there again."""
    if isinstance(problem, GraderError):
        return problem
    if isinstance(problem, local.RefusedByEngineError):
        return _refused(problem.explanation, image="no such image" in problem.explanation.lower())
    from docker.errors import APIError, DockerException, ImageNotFound
    from requests.exceptions import ConnectionError as RequestsConnectionError
    from requests.exceptions import RequestException

    if isinstance(problem, APIError):
        return _refused(str(problem.explanation or problem), image=isinstance(problem, ImageNotFound))
    if isinstance(problem, RequestsConnectionError | DockerException | RequestException | OSError | ValueError):
        if "Permission denied" in str(problem):
            return InfrastructureError(
                "Docker is there, but this user may not use it.", fix="sudo usermod -aG docker $USER, then log in again"
            )
        return _silent(problem, os.environ.get("DOCKER_HOST", ""), retry=retry)
    return InfrastructureError(f"Docker could not be used: {type(problem).__name__}: {problem}", fix="grade doctor")


def _refused(said: str, *, image: bool) -> InfrastructureError:
    if image:
        fix = f"{FIX}; for a pack of your own: {FIX} --challenge ID"
        return InfrastructureError(f"A sandbox image is missing: {said}.", fix=fix)
    return InfrastructureError(f"Docker refused: {said}", fix="grade doctor")


def _silent(problem: BaseException, host: str, *, retry: bool) -> InfrastructureError:
    """No engine answers: the cause, and where the `docker` command would look."""
    from grader import network

    shown = visible(network.without_password(host)) or "the usual socket"
    cause = "there is no such socket" if _is_missing(problem) else network.why(problem)
    if host:
        fix = f"start the engine at {shown}, or: unset DOCKER_HOST; look with: docker -H {shlex.quote(shown)} version"
        if host.startswith("ssh://") and "paramiko" in cause:
            fix = "pip install paramiko, or use another kind of address in DOCKER_HOST"
        if host.startswith("tcp://") and (cause == network.TLS_ONLY or not os.environ.get("DOCKER_TLS_VERIFY")):
            fix += "; an engine that wants TLS (port 2376) needs DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH"
        return InfrastructureError(f"No Docker engine answers at DOCKER_HOST={shown}: {cause}.", fix=fix, retry=retry)
    context = _context()
    if context:
        said = f"The docker command uses its context {context!r}, which is not read here. No engine answers at {shown}"
        name = shlex.quote(context)
        fix = f"export DOCKER_HOST=$(docker context inspect {name} -f '{{{{.Endpoints.docker.Host}}}}')"
        return InfrastructureError(f"{said}: {cause}.", fix=fix, retry=retry)
    return InfrastructureError(f"No Docker engine answers at {shown}: {cause}.", fix=FIX, retry=retry)


def _is_missing(problem: BaseException) -> bool:
    from grader import network

    return any(isinstance(one, FileNotFoundError) for one in network.chain(problem))


def _context() -> str:
    """The context that the docker command would use, for a sentence; empty for its usual one."""
    named = os.environ.get("DOCKER_CONTEXT", "")
    folder = os.environ.get("DOCKER_CONFIG") or str(Path.home() / ".docker")
    if not named:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            named = json.loads(Path(folder, "config.json").read_text(encoding="utf-8")).get("currentContext", "")
    return visible(named, 60) if isinstance(named, str) and named != "default" else ""


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
    host = {**options["host"], **({"CpusetCpus": cores} if cores else {})}
    config = {"Image": image, **options["container"], "Labels": labels(run_id, role), "HostConfig": host}
    name = f"grader-{run_id}-{role}" + (f"-{again}" if again else "")
    try:
        made = client.create_container_from_config(config, name)
    except Exception as problem:
        if status(problem) != CONFLICT:
            raise
        # Asked for before, of an engine that went away and did it all the same, or is still at it: then there is
        # nothing to remove yet, and the name stays taken. What is made later never starts; janitor.py finds it.
        with contextlib.suppress(type(problem)):
            client.remove_container(name, force=True, v=True)
        made = client.create_container_from_config(config, f"{name}-{secrets.token_hex(4)}")
    return str(made["Id"])


def source_of(client: APIClient, container: str, folder: str) -> str:
    """Where the engine keeps what a container has mounted at `folder`, on the engine's own machine; empty where it does
    not say."""
    mounts = client.inspect_container(container).get("Mounts") or ()
    return next(
        (str(mount["Source"]) for mount in mounts if mount.get("Destination") == folder and mount.get("Source")), ""
    )


def remove(client: APIClient, container: str, seconds: float) -> None:
    """Removes it with its volumes and waits until it is gone; another remover may be faster."""
    try:
        client.remove_container(container, force=True, v=True)
    except Exception as problem:
        if status(problem) == MISSING:
            return
        if status(problem) != CONFLICT:  # the engine is removing it already
            raise
        try:
            client.wait(container, condition="removed", timeout=seconds)
        except Exception as gone:
            if status(gone) != MISSING:
                raise


def leave(client: APIClient, container: str, patience: float, seconds: float) -> None:
    """As `remove`, once it has had `patience` seconds to end and be removed by itself: ending it takes the engine
    another start of its runtime."""
    try:
        failed = (client.wait(container, condition="removed", timeout=patience) or {}).get("Error")
    except Exception as problem:
        failed = status(problem) != MISSING
    if failed:
        remove(client, container, seconds)


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

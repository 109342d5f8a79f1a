"""A shell in the container of a candidate as the grader makes it: same image, user, limits, files and network. The
verifier beside it runs nothing; it only holds the files, and ends with this process."""

from __future__ import annotations

import contextlib
import io
import secrets
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from grader.authoring.runs import Runner, Task, docker
from grader.authoring.shipped import Work, read
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.sandbox.protocol import Job
    from grader.settings import Settings

IDLE = ["python3", "-E", "-s", "-c", "import sys; sys.stdin.read()"]
SHELL = ["sh", "-c", "command -v bash >/dev/null && exec bash --norc; exec sh"]


def shell(challenge: Pack, work: Work, settings: Settings, argv: Sequence[str]) -> int:
    """Runs `argv`, or a shell on this terminal where there is none, beside the submission. Returns its exit
    code. Raises UsageError without a terminal or the docker command, InfrastructureError where Docker fails."""
    if not argv and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("A shell needs a terminal; without one, name a command: … -- python -c 'print(1)'")
    command = shutil.which("docker")
    if command is None:
        raise UsageError("The docker command is needed to attach this terminal; apt-get install docker-cli")
    submission = read(challenge, work, required=False)
    job = Runner(challenge, settings, docker(settings)).job(Task(name=work.name, submission=submission))
    with _containers(job, settings, argv) as candidate:
        done = subprocess.run([command, "start", "--attach", "--interactive", candidate], check=False)
    return done.returncode


@contextlib.contextmanager
def _containers(job: Job, settings: Settings, argv: Sequence[str]) -> Iterator[str]:
    """The candidate's container, made and not started; both are gone afterwards."""
    from grader.sandbox.containers import OPEN, candidate_options, verifier_options
    from grader.sandbox.engine import connect, create, explain, remove, source_of
    from grader.sandbox.images import verifier_recipe
    from grader.sandbox.inside import agreed
    from grader.sandbox.stream import Stream
    from grader.sandbox.verifier import REMOVAL_SECONDS

    run_id = secrets.token_hex(6)
    client = connect()
    made: list[str] = []
    stream = None
    try:
        idle = verifier_options()
        idle["container"] |= {"Cmd": IDLE}
        made.append(create(client, run_id, "shell-verifier", verifier_recipe(settings.base_image).tag, idle))
        client.put_archive(made[0], agreed.SUBMISSION, _pack(job.files))
        stream = Stream(client, made[0])  # its standard input is open as long as this process lives
        client.start(made[0])
        names = source_of(client, made[0], agreed.NAMES)
        options = candidate_options(job.limits, made[0], run_id, settings.runtime, names=names)
        environment = [f"PYTHONPATH={agreed.DEPENDENCIES}:{agreed.PACKAGES}", "PS1=candidate$ "]
        options["container"] |= {
            "Cmd": list(argv) or SHELL,
            "Env": [*options["container"]["Env"], *environment],
            **OPEN,
            "Tty": not argv,
        }
        made.append(create(client, run_id, "shell-candidate", job.candidate_image, options))
        yield made[1]
    except Exception as problem:
        raise explain(problem) from problem
    finally:
        if stream is not None:
            stream.close()
        for name in reversed(made):
            remove(client, name, REMOVAL_SECONDS)
        client.close()


def _pack(files: Mapping[str, bytes]) -> bytes:
    """The submission as a tar that root owns and everybody may read: candidate code cannot change itself."""
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for folder in sorted({"/".join(path.split("/")[:n]) for path in files for n in range(1, path.count("/") + 1)}):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(entry)
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o755 if content[:2] == b"#!" else 0o644
            archive.addfile(entry, io.BytesIO(content))
    return memory.getvalue()

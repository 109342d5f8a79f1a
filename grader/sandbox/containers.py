"""What the two containers may do. Pure: options in the engine's words, and the same limits in ours for the report."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from grader.sandbox.inside import agreed
from grader.sandbox.protocol import CandidateLimits
from grader.settings import PLACES

VERIFIER_MEMORY = 1_000_000_000
VERIFIER_DISK = 256_000_000
VERIFIER_PROCESSES = 64
VERIFIER_USER = 19_999
FIRST_USER, USERS = 20_000, 40_000
INODES_PER_MB = 256
ALONE = {"NetworkMode": "none", "Dns": ["127.0.0.1"], "DnsSearch": ["."]}
"""No network but a loopback of its own, and no names but localhost, where the engine makes them. The bridge lets no
candidate code run where there is more, or less."""

PINNED = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/tmp",  # noqa: S108 - the container's own
    "TMPDIR": "/tmp",  # noqa: S108
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Environment of both containers: the same everywhere, and nothing of this machine's."""

OPEN = {"OpenStdin": True, "StdinOnce": True, "AttachStdin": True}
"""Standard input, until whoever holds the other end lets go of it."""


@cache
def seccomp() -> str:
    return (PLACES.shipped / "sandbox" / "seccomp.json").read_text(encoding="utf-8")


def verifier_options() -> dict[str, Any]:
    """Trusted, but no more than it needs."""
    host = _common(VERIFIER_MEMORY, VERIFIER_PROCESSES, cpus=2.0, disk=VERIFIER_DISK, open_files=1024)
    container = {
        "Cmd": ["python3", "-s", f"{agreed.CODE}/grader_verifier/__main__.py"],
        "User": f"{VERIFIER_USER}:{VERIFIER_USER}",
        "Env": _environment(PYTHONPATH=agreed.PACKAGES),
        # As `none`, made by the runtime and not by the engine, which takes as long as the rest of the container; there
        # is no /etc/hosts then, which the hidden tests do without (grader_verifier/candidate_network.py).
        "NetworkDisabled": True,
        **OPEN,
        "Volumes": {agreed.MEETING: {}, agreed.SUBMISSION: {}, agreed.NAMES: {}},
        "WorkingDir": "/tmp",  # noqa: S108
    }
    return {"host": host, "container": container}


def candidate_options(
    limits: CandidateLimits, verifier: str, run_id: str, runtime: str, bridge: str = "", names: str = ""
) -> dict[str, Any]:
    """Hostile. `verifier` is the container whose folders it sees; `bridge` is the name of the socket in one of them;
    `names`: where the engine keeps the folder that holds its /etc/hosts. `shown` holds the same limits for the report.
    """
    host = _common(limits.memory, limits.processes, limits.cpus, limits.disk, limits.open_files)
    host |= {"VolumesFrom": [f"{verifier}:ro"], **({"Runtime": runtime} if runtime else {})}
    host |= {"CpuShares": limits.shares} if limits.shares else {}
    if names:  # a loopback made by the runtime: engines before 28 start themselves twice more to make one
        host["Mounts"] = [{"Target": "/etc/hosts", "Source": f"{names}/hosts", "Type": "bind", "ReadOnly": True}]
    else:
        host |= ALONE
    user = _user(run_id)
    container = {
        # Not -E: PINNED must reach candidate code.
        "Cmd": ["python3", "-s", "-S", f"{agreed.CODE}/grader_bridge/__main__.py"],
        "User": f"{user}:{user}",
        "Env": _environment(**{agreed.BRIDGE_VARIABLE: bridge}),
        "NetworkDisabled": bool(names),
        "WorkingDir": agreed.SUBMISSION,
    }
    return {"host": host, "container": container, "shown": _shown(limits, runtime)}


def _common(memory: int, processes: int, cpus: float, disk: int, open_files: int) -> dict[str, Any]:
    inodes = max(256, disk // 1_000_000 * INODES_PER_MB)
    in_memory = f"rw,nosuid,nodev,noexec,size={{size}},nr_inodes={inodes},mode=1777"
    ulimits = {"nofile": open_files, "fsize": disk, "core": 0}
    return {
        "AutoRemove": True,
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges", f"seccomp={seccomp()}"],
        "Memory": memory,
        "MemorySwap": memory,
        "NanoCpus": int(cpus * 1e9),
        "PidsLimit": processes + 1,  # pid 1 is ours
        "IpcMode": "private",
        # Ours instead of the engine's /dev/shm, which has no limit on entries: a folder of no size takes time to clear.
        "Tmpfs": {"/tmp": in_memory.format(size=disk), "/dev/shm": in_memory.format(size=min(disk, 64_000_000))},  # noqa: S108
        "Ulimits": [{"Name": name, "Soft": most, "Hard": most} for name, most in ulimits.items()],
        "LogConfig": {"Type": "none", "Config": {}},
    }


def _environment(**more: str) -> list[str]:
    return [f"{name}={value}" for name, value in {**PINNED, **more}.items()]


def _user(run_id: str) -> int:
    """A user of this run's own, so that limits which the kernel counts per user are not shared between runs."""
    return FIRST_USER + int.from_bytes(hashlib.sha256(run_id.encode()).digest()[:4], "big") % USERS


def _shown(limits: CandidateLimits, runtime: str) -> Mapping[str, Any]:
    return {
        "cpus": limits.cpus,
        "memory_bytes": limits.memory,
        "swap_bytes": 0,
        "processes": limits.processes,
        "disk_bytes": limits.disk,
        "open_files": limits.open_files,
        "call_seconds": limits.call,
        "total_seconds": limits.total,
        "reply_bytes": limits.reply,
        "output_bytes": limits.output,
        "network": "a loopback of its own",
        "root_file_system": "read-only",
        "capabilities": "none",
        "runtime": runtime or "default",
    }

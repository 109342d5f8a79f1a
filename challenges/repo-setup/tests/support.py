"""Lays repositories before a hand-in's setup.sh, and tries what it leaves behind."""

# rps-canary-c7d90dd3-a8b1-44c0-a5bc-2e9fae89c0fa

from __future__ import annotations

import http.client
import io
import json
import re
import socket
import zipfile
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

from grader_tests import CandidateError, read_json
from world.draw import Repo, cost, solutions, stream, wanted
from world.inside import LAY, LIVE, PROBE, SET_UP, TAKE

TOP = "/tmp"  # noqa: S108 - of the candidate's container
SOURCE = ""
LIMIT = 8.0
"""Seconds of own time of one set-up."""
OURS = ("tools", "wheelhouse", "mirror", "docs")
"""Folders, beside the app's, in which everything stays as it was."""
DATA = ("conf", "var", "vendor", "migrations", "seed", "hooks", "store")
SINGLE = ("Procfile", "requirements.txt", "project.toml")


@dataclass(kw_only=True)
class Ended:
    """How a set-up ended."""

    code: int
    errors: str
    diagnosis: list[tuple[str, str]] = field(default_factory=list)
    tree: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class Tried:
    """Which parts of the app did what they should: part → whether."""

    parts: dict[str, bool]
    kept: dict[str, bool]
    settings: dict[str, str]
    problems: list[str]


class Yard:
    """Repositories in the candidate's container, one at a time."""

    def __init__(self, candidate: Any, seed: object) -> None:
        self.candidate, self.seed, self.used = candidate, seed, 0

    def folder(self, repo: Repo) -> str:
        """Another place each time, with a blank in it."""
        self.used += 1
        rng = stream(repo.seed, "folder", self.used)
        return f"{TOP}/{rng.choice(('my yard', 'depot no', 'the bay'))} {rng.randrange(10, 99)}/{repo.name}"

    def python(self, code: str, *words: str, stdin: str = "", env: dict[str, str] | None = None) -> str:
        done = self.candidate.run(["python3", "-I", "-c", code, *words], stdin=stdin, env=env)
        if done.exit_code:
            raise CandidateError("BadTree", f"the repository could not be looked at: {done.stderr[-300:]}")
        return done.stdout

    def lay(
        self,
        tree: dict[str, Any],
        folder: str,
        hand_in: bool,
        then: str,
        *words: str,
        limit: float | None = None,
        **more: Any,
    ) -> Any:
        """Lays a tree in an empty container, and goes on with `then` in the same process. What that came to."""
        order = tree | {"folder": folder, "hand_in": hand_in, "source": SOURCE, **more}
        return self.candidate.run(
            ["python3", "-I", "-c", LAY + then, folder, *words], stdin=json.dumps(order), limit=limit
        )

    def take(self, folder: str) -> dict[str, Any]:
        text = self.python(TAKE, folder, env={"ALONE": "" if SOURCE else "1"})
        return read_json(text, "the repository after the set-up", most=4_000_000)

    def set_up(self, repo: Repo, tree: dict[str, Any] | None = None) -> Ended:
        """Runs setup.sh in a repository: the repo as drawn, or `tree`."""
        folder = self.folder(repo)
        self.candidate.afresh()  # before ports are held: a process of before may have them
        with ExitStack() as held:
            for port in repo.busy:
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            try:
                done = self.lay(tree or repo.packed(), folder, True, (LIVE if repo.live else "") + SET_UP, limit=LIMIT)
                code, errors = done.exit_code, done.stderr
            except CandidateError as problem:
                code, errors = -1, str(problem)
        tree = self.take(folder)
        return Ended(code=code, errors=errors[-2000:], diagnosis=diagnosis(tree), tree=tree)

    def follow(self, repo: Repo, blocks: list[str]) -> tuple[dict[str, Any], float]:
        """Runs the blocks of a README one after the other, each in a shell of its own, in the repository."""
        folder = self.folder(repo)
        self.candidate.afresh()
        self.lay(repo.packed(), folder, True, "")
        ended = []
        with ExitStack() as held:
            for port in repo.busy:
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            for block in blocks:
                try:
                    ended.append(
                        self.candidate.run(
                            ["bash", "-c", 'cd "$1" && exec bash -e', "bash", folder], stdin=block, limit=LIMIT
                        ).exit_code
                        == 0
                    )
                except CandidateError:
                    ended.append(False)
        return self.take(folder), sum(ended) / len(ended)

    def attempt(self, repo: Repo, ended: Ended, nonce: str, whole: bool = True) -> tuple[Tried, dict[str, Any]]:
        """What the app does in what the set-up left, with all that is ours put back; `whole`: with the web process, and the tree afterwards."""
        tree, problems = ours_again(repo, ended.tree)
        folder = self.folder(repo)
        probes = wanted(repo, nonce)
        lines_of = {probe: line for probe, (line, _) in probes.items()}
        self.candidate.afresh()
        done = self.lay(tree, folder, False, PROBE, repo.name, probes=lines_of)
        if done.exit_code or not done.stdout.strip():
            raise CandidateError("BadTree", f"the app could not be tried: {done.stderr[-300:]}")
        out = json.loads(done.stdout.splitlines()[-1])
        after = self.take(folder) if whole else {"files": {}, "links": {}}
        rows = {row["id"]: row for row in out.get("rows", [])}
        ids = out.get("ids", {})
        right = {
            probe: rows.get(ids.get(probe), {}).get("result") == result and rows[ids[probe]]["state"] == "done"
            for probe, (_, result) in probes.items()
        }
        settings = out.get("settings", {})
        if "hook" in problems:
            right["tell"] = False
        texts = {row["text"] for row in rows.values() if row["state"] == "done"}
        parts = {
            "packages": right["pack"] and right["crate"], "stock": right["stock"], "labels": right["label"], "prices": right["price"],
            "seal": right["sign"], "printer": right["print"], "clock": right["due"], "port": settings.get("PORT", "").strip() == str(repo.facts["port"]),
            "web": not whole or self.served(repo, folder, settings, ids, probes, right["echo"]), "hook": right["tell"], "sweep": bool(out.get("sweep")),
            "archive": right["archive"], "spool": all(line.split(" ", 1)[1] in texts for line in repo.facts["spooled"]),
        }  # fmt: skip
        kept = {
            "jobs": right["echo"] and all(old in texts for old in repo.facts["old"]), "hand-stock": right["hand-stock"], "hand-price": right["hand-price"],
            "record": parts["spool"] and set_aside(repo, after), "archive": right["archive"],
        }  # fmt: skip
        return Tried(parts=parts, kept=kept, settings=settings, problems=problems + out["problems"]), after

    def served(
        self, repo: Repo, folder: str, settings: dict[str, str], ids: dict[str, int], probes: dict[str, Any], done: bool
    ) -> bool:
        """Whether a job's result comes out of the web process that the Procfile names."""
        if not re.fullmatch(r"\d{4,5}", settings.get("PORT", "").strip()) or not done:
            return False
        port = int(settings["PORT"])
        try:
            url = self.candidate.start(
                ["sh", "-c", 'cd "$1" && exec python3 -I tools/run.py web', "sh", folder], port, limit=3
            )
            asked = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
            asked.request("GET", f"/jobs/{ids['echo']}")
            return json.loads(asked.getresponse().read(10_000)).get("result") == probes["echo"][1]
        except (CandidateError, OSError, ValueError, http.client.HTTPException):
            return False


def diagnosis(tree: dict[str, Any]) -> list[tuple[str, str]]:
    """Kind and place of each finding of the diagnosis.json that was left, and says what was seen."""
    mode_text = tree["files"].get("diagnosis.json")
    try:
        rows = json.loads(mode_text[1][1:])["defects"] if mode_text else []
        told = [row for row in rows if "seen" in row and str(row["seen"]).strip()]
        return [(str(row["kind"]), str(row["where"]).removeprefix("./")) for row in told][:60]
    except (ValueError, KeyError, TypeError):
        return []


def ours_again(repo: Repo, tree: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The tree with the app, its tools and wheels as they were laid, and nothing that is nobody's: what the set-up wrote stands where
    data stand, vendor/ holds what wheels hold, and the hook's lines are its own."""
    problems: list[str] = []
    packed = repo.packed()
    fixed = {
        path: row
        for path, row in packed["files"].items()
        if path.split("/")[0] in (repo.name, *OURS) or path == "project.toml"
    }
    for path, row in fixed.items():
        if tree["files"].get(path, ["", ""])[1] != row[1]:
            problems.append(f"{path} is not what it was")
    files = {path: row for path, row in tree["files"].items() if path.split("/")[0] in DATA or path in SINGLE}
    texts = unpacked(repo)
    files = {
        path: row for path, row in files.items() if not path.startswith("vendor/") or (path[7:], row[1][1:]) in texts
    }
    links = {
        path: target
        for path, target in tree["links"].items()
        if path.split("/")[0] in DATA and not path.startswith("vendor")
    }
    original = lines(packed["files"][repo.facts["hook"]][1])
    local = files.get("conf/local.env", ["", "-"])[1]
    named = [line.partition("=")[2].strip() for line in local.splitlines() if line.lstrip("-").startswith("HOOK=")]
    hook = files.get(named[-1] if named else repo.facts["hook"])
    if not hook or lines(hook[1]) != original:
        problems.append("hook")
    return {"files": files | fixed, "links": links}, problems


def lines(text: str) -> list[str]:
    """The lines of a script but for its first, without their ends."""
    return [line.strip("\r") for line in text.rstrip("\r\n").split("\n")[1:]]


def unpacked(repo: Repo) -> set[tuple[str, str]]:
    """Path and text of all that lies in wheels."""
    found = set()
    for path, (_, content) in repo.files.items():
        if path.endswith(".whl"):
            with suppress(zipfile.BadZipFile, ValueError), zipfile.ZipFile(io.BytesIO(content)) as file:
                found |= {(name, file.read(name).decode()) for name in file.namelist()}
    return found


def set_aside(repo: Repo, tree: dict[str, Any]) -> bool:
    """Whether the record that nobody can read lies, as it was, where people look at it; true where there is none."""
    if "bad" not in repo.facts:
        return True
    path, text = repo.facts["bad"]
    name = path.rpartition("/")[2]
    return tree["files"].get(f"var/spool/bad/{name}", ["", ""])[1] == "-" + text


def found_f1(repo: Repo, said: list[tuple[str, str]]) -> tuple[int, int, int]:
    """Right, said and true findings; where a repository allows several places, each counts once."""
    right = sum(any(kind == named and place in places for named, place in said) for kind, places in repo.found)
    return right, len(set(said)), len(repo.found)


def wiped(tree: dict[str, Any]) -> dict[str, Any]:
    """The tree as the keeper's wipe leaves it: nothing that a set-up makes."""
    gone = ("var/", "vendor/", "conf/local.env", "diagnosis.json")
    return {
        "files": {path: row for path, row in tree["files"].items() if not path.startswith(gone)},
        "links": {path: target for path, target in tree["links"].items() if not path.startswith(gone)},
    }


def pinned(ended: Ended) -> dict[str, str]:
    row = ended.tree["files"].get("requirements.txt", ["", "-"])
    found = re.findall(r"^([\w-]+)==([\d.]+)\r?$", row[1][1:], re.M)
    return dict(found)


def regret(repo: Repo, ended: Ended) -> float | None:
    """EUR that the pins cost more than the cheapest set, as a share of what the newest set costs more; None where they do not go together."""
    wheels, before = repo.facts["wheels"], repo.facts.get("before", repo.facts["pins"])
    pins = tuple(pinned(ended).get(name, "") for name in wheels["names"])
    sets = solutions(wheels)
    if pins not in sets:
        return None
    best = min(cost(wheels, each, before) for each in sets)
    newest = max(sets, key=lambda each: [[int(part) for part in version.split(".")] for version in each])
    worst = max(cost(wheels, newest, before) - best, 1)
    return (cost(wheels, pins, before) - best) / worst

"""Commands of documents, run in a real container: cheats with figures, commands that attack, and what a grade keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.authoring import figures as figures_check
from grader.authoring import shipped
from grader.authoring.entries import load_entries
from grader.challenge import Pack, load_pack
from grader.doctor import mend
from grader.errors import InfrastructureError
from grader.grading import claims
from grader.grading.run import Request, Run, docker_sandbox
from grader.records import Submission
from grader.settings import Settings
from grader.submission import make_submission
from grader.testing import packs
from grader.testing.sandbox import ScriptedSandbox
from tests.shell import run_here, run_outside
from tests.small_packs import write_files

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack(ROOT / "challenges" / "rag-triage")


@pytest.fixture(scope="module")
def image_of_pack(images: None, pack: Pack) -> None:
    mend(Settings(), lambda _text: None, [str(pack.root)])


def block(pack: Pack, submission: Submission) -> dict[str, Any]:
    request = Request(source="", challenge=pack, out=Path())
    run = Run(request=request, settings=Settings(), say=lambda _text: None)
    return dict(claims.block(run, pack, submission, docker_sandbox))


# ---------------------------------------------------------------------------------------------- cheats


KINDS = (
    "honest",
    "without-figures",
    "in-a-table",
    "after-a-sleep",
    "from-a-file",
    "in-the-script",
    "beside-the-script",
)


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_honest_figures_and_those_of_each_cheat_come_out_as_the_pack_promises() -> None:
    """Of one pack; those of all packs are held to their promises by `make test-packs`."""
    asked = [word for kind in KINDS for word in ("--only", f"claims/{kind}")]
    done = run_outside("challenge", "check", ROOT / "challenges" / "trace-replay", *asked, "--json", cwd=ROOT)
    found = {row["text"].split(":")[0]: row for row in json.loads(done.out)["findings"] if row["promise"] == "figures"}
    assert sorted(found) == sorted(f"claims/{kind}" for kind in KINDS)
    assert [row["text"] for row in found.values() if row["outcome"] != "found"] == []


SHIPPED = (
    "agent-tools",
    "eval-design",
    "inference-serving",
    "llm-fundamentals",
    "rag-triage",
    "screening",
    "trace-replay",
    "trade-off",
)
"""Packs that ship figures of every kind."""


@pytest.mark.parametrize("name", SHIPPED)
def test_each_pack_ships_figures_of_every_kind_that_differ_in_documents_and_scripts_alone(name: str) -> None:
    root = ROOT / "challenges" / name
    listed = {one.entry.path: one.entry for one in load_entries(root)}
    there = [path.removeprefix("claims/") for path in listed if path.startswith("claims/")]
    assert sorted(there) == sorted(KINDS)
    assert all(listed[f"claims/{kind}"].figures and listed[f"claims/{kind}"].base for kind in KINDS)
    names = {path.name for kind in KINDS for path in (root / "submissions" / "claims" / kind).iterdir()}
    assert {name for name in names if not name.endswith(".md")} == {"evaluate.py", "results.txt"}


def test_figures_that_are_not_what_is_promised_break_the_check_and_it_is_said_how(pack: Pack) -> None:
    table = next(one for one in load_entries(pack.root) if one.entry.path == "claims/in-a-table")
    said = {"counts": {"reproduced": 1, "no_command": 3}, "figures": [{}] * 4, "commands": []}
    finding = figures_check._held(table, said)
    assert finding.outcome == "broken"
    assert "no_command 0.75 (promised: 1 to 1)" in finding.text


def test_a_table_without_a_command_starts_no_container(pack: Pack) -> None:
    def never(_run: Run) -> Any:
        raise AssertionError("no container is wanted")

    listed = load_entries(pack.root)
    submission = shipped.read(pack, shipped.find(pack.root, listed, "claims/in-a-table"))
    run = Run(request=Request(source="", challenge=pack, out=Path()), settings=Settings(), say=lambda _text: None)
    found = claims.block(run, pack, submission, never)
    assert {row["mark"] for row in found["figures"]} == {"no_command"}
    assert found["commands"] == []


# ---------------------------------------------------------------------------------------------- faults of ours


@pytest.mark.parametrize("problem", [InfrastructureError("Docker was not reached."), OSError("Docker was not reached")])
def test_an_engine_that_is_down_is_nobodys_fault_and_ends_no_grading(pack: Pack, problem: Exception) -> None:
    def down(_run: Run) -> Any:
        return ScriptedSandbox([], problem=problem)  # type: ignore[arg-type]

    submission = hostile("network")
    run = Run(request=Request(source="", challenge=pack, out=Path()), settings=Settings(), say=lambda _text: None)
    found = claims.block(run, pack, submission, down)
    assert {row["mark"] for row in found["figures"]} == {"cannot_run"}
    assert found["commands"][0]["fault"] == "infrastructure"
    assert "Docker was not reached" in found["commands"][0]["reason"]


# ---------------------------------------------------------------------------------------------- hostile commands

HOSTILE = {
    "writes": "echo > data/history.jsonl; echo x > /submission/triage.py; dd if=/dev/zero of=/tmp/big bs=1M count=500",
    "forks": "python -c \"import os; exec('while True: os.fork()')\"",
    "floods": "yes 0.917",
    "reads-proc": "cat /proc/1/environ /proc/*/maps; ls /run/grader; find / -name 'test_*.py' -path '*tests*'",
    "sleeps": "sleep 100000",
    "quotes": "python -c \"print('0.917')\"'; touch /submission/pwned; '\"$(id)\"",
    "kills": "kill -9 -1; kill -9 1",
    "network": "python -c \"import urllib.request as u; u.urlopen('http://1.1.1.1', timeout=3)\"",
}


LAST = b"import os\nprint('0.917' if os.getppid() == 1 else 'below a shell')\n"

SHORT = 4.0
"""Seconds for each command that has no end: fewer than the product's, which would all be waited for."""


def hostile(*names: str) -> Submission:
    rows = [{"command": HOSTILE[name], "figure": "0.917"} for name in names]
    files = {
        "triage.py": (ROOT / "challenges" / "rag-triage" / "starter" / "triage.py").read_bytes(),
        "DECISIONS.md": b"# None\n",
        "EVAL.md": b"# None\n",
        "last.py": LAST,
    }
    files["claims.yaml"] = json.dumps([*rows, {"command": "python last.py", "figure": "0.917"}]).encode()
    return make_submission(files)


@pytest.mark.docker
@pytest.mark.usefixtures("images", "image_of_pack")
def test_commands_that_attack_end_in_their_own_container_and_the_next_one_runs(pack: Pack) -> None:
    quick = replace_claims(pack)
    found = block(quick, hostile("writes", "reads-proc", "quotes", "network", "kills", "forks"))
    *attacks, last = found["commands"]
    assert last["ran"], last
    assert last["output"] == "0.917\n"
    assert {one["fault"] for one in attacks if not one["ran"]} <= {"candidate"}
    said = json.dumps(found)
    assert "grader_claims.json" not in said
    assert "test_routing.py" not in said
    assert len(said) < 100_000


@pytest.mark.docker
@pytest.mark.usefixtures("images", "image_of_pack")
def test_endless_sleep_and_endless_output_end_at_the_limits_and_are_the_candidates_doing(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "EACH_SECONDS", SHORT)
    found = block(replace_claims(pack), hostile("sleeps", "floods"))
    assert [(one["ran"], one["fault"]) for one in found["commands"][:2]] == [(False, "candidate")] * 2
    assert f"did not finish within {SHORT:g} s" in found["commands"][0]["reason"]
    assert len(json.dumps(found)) < 100_000


def replace_claims(pack: Pack) -> Pack:
    """Without other data: what attacks does so once."""
    return pack.model_copy(update={"claims": pack.claims.model_copy(update={"generator": ""})})


@pytest.mark.docker
@pytest.mark.usefixtures("images", "image_of_pack")
def test_the_grade_is_the_same_with_hostile_claims_as_without(
    tmp_path: Path, sums: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "EACH_SECONDS", SHORT)
    solution = {path.name: path.read_bytes() for path in (sums / "solution").iterdir() if path.is_file()}
    work = tmp_path / "work"
    work.mkdir()
    for name, content in solution.items():
        (work / name).write_bytes(content)
    before = json.loads(run_here(work, "-c", sums, "--json", "-o", tmp_path / "a").out)
    rows = [{"command": HOSTILE[name], "figure": "0.917"} for name in ("kills", "writes", "floods")]
    (work / "claims.yaml").write_text(json.dumps(rows))
    after = json.loads(run_here(work, "-c", sums, "--json", "-o", tmp_path / "b").out)
    assert "claims" not in before
    assert after["claims"]["counts"]["reproduced"] == 0
    assert after["score"] == before["score"]
    assert after["recommendation"] == before["recommendation"]


@pytest.mark.docker
@pytest.mark.usefixtures("images", "image_of_pack")
def test_a_batch_with_one_place_does_not_wait_for_itself(tmp_path: Path, sums: Path) -> None:
    for name in ("a", "b"):
        work = tmp_path / "in" / name
        work.mkdir(parents=True)
        (work / "sums.py").write_bytes((sums / "solution" / "sums.py").read_bytes())
        (work / "claims.yaml").write_text(json.dumps([{"command": "python -c 'print(0.917)'", "figure": "0.917"}]))
    out = tmp_path / "out"
    store = f"sqlite:///{tmp_path / 'store.db'}"
    done = run_here("batch", tmp_path / "in", "-c", sums, "-o", out, "--jobs", "1", "--store", store)
    assert done.code == 0, done.err
    grades = [json.loads(path.read_text()) for path in sorted(out.rglob("grade.json"))]
    assert [grade["claims"]["counts"]["reproduced"] for grade in grades] == [1, 1]


# ---------------------------------------------------------------------------------------------- documents alone

ROWS = """\
import random


def fresh(seed):
    drawn = random.Random(seed)
    return {"data/rows.txt": "".join(f"{drawn.randrange(10**6)}\\n" for _ in range(20))}
"""
DOCUMENT = """\
# Decisions

```console
$ python measure.py
mean 2.5, share 8.25
$ python stored.py
right 0.917
```

An answer takes 31.7 ms.
"""
SCRIPTS = {
    "measure.py": "rows = [int(row) for row in open('data/rows.txt')]\n"
    "print(f'mean {sum(rows) / len(rows)}, share {max(rows) / 3.2}')\n",
    "stored.py": "print('right', 0.917)\n",
}


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_a_pack_of_documents_alone_has_its_figures_run_again_and_its_score_open_for_people(tmp_path: Path) -> None:
    root = packs.write_pack(tmp_path / "tiny")
    with (root / "challenge.yaml").open("a", encoding="utf-8") as manifest:
        manifest.write('claims: {data: [data], generator: "rows:fresh"}\n')
    write_files(root, {"tests/rows.py": ROWS, "starter/data/rows.txt": "1\n2\n3\n4\n"})
    write_files(tmp_path / "work", {"DECISIONS.md": DOCUMENT, "data/rows.txt": "0\n", **SCRIPTS})
    mend(Settings(), lambda _text: None, [str(root)])
    done = run_here(tmp_path / "work", "-c", root, "--json", "-o", tmp_path / "out")
    grade = done.grade
    assert done.code == 0, done.err
    assert [one["ran"] for one in grade["claims"]["commands"]] == [True] * 2, grade["claims"]["commands"]
    found = {row["figure"]: row for row in grade["claims"]["figures"]}
    assert {name: row["mark"] for name, row in found.items()} == {
        "2.5": "reproduced", "0.917": "reproduced", "8.25": "differs", "31.7 ms": "no_command",
    }  # fmt: skip
    assert found["8.25"]["printed"] == "1.25", "the pack's data stand in place of the candidate's"
    flagged = {name for name, row in found.items() if row.get("flag")}
    assert flagged == {"0.917"}, "what is computed moves with other data, what is stored does not"
    assert grade["objective"]["tests"] == []
    (criterion,) = grade["criteria"]
    assert (criterion["level"], criterion["source"]) == (None, "none")
    assert grade["score"] == {"value": 50.0, "low": 0.0, "high": 100.0, "max": 100.0, "final": False}
    assert grade["recommendation"] == "needs_review"
    assert [(one["criterion"], one["who_can_close"]) for one in grade["open"]] == [("failure-modes", "two reviewers")]
    report = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "not what is printed" in report
    assert "1 of 1 numbers stayed the same" in report

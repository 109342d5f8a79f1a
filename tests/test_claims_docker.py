"""Commands of documents, run in a real container: cheats with figures, commands that attack, and what a grade keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.challenge import Pack, load_pack
from grader.doctor import mend
from grader.errors import InfrastructureError
from grader.grading import claims
from grader.grading.intake import take_in
from grader.grading.run import Request, Run, docker_sandbox
from grader.records import Submission
from grader.settings import Settings
from grader.submission import make_submission
from grader.testing import packs
from grader.testing.sandbox import ScriptedSandbox
from tests import claimed
from tests.shell import run_here
from tests.shipped_packs import others_apart
from tests.small_packs import write_files

ROOT = Path(__file__).resolve().parents[1]
CHEATS = ROOT / "challenges" / "rag-triage" / "submissions" / "cheating"


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


def figures(found: dict[str, Any], path: str = "EVAL.md") -> dict[str, dict[str, Any]]:
    return {f"{row['line']}:{row['figure']}": row for row in found["figures"] if row["path"] == path}


# ---------------------------------------------------------------------------------------------- cheats


@pytest.mark.docker
@pytest.mark.usefixtures("images", "image_of_pack")
@pytest.mark.parametrize(
    ("name", "numbers"), [("figures-after-a-sleep", 5), ("figures-from-a-file", 5), ("figures-in-the-script", 3)]
)
def test_stored_figures_do_not_depend_on_the_data(name: str, numbers: int, pack: Pack) -> None:
    """`numbers`: with the counts, where these are stored as well; the last of them counts its rows."""
    found = block(pack, take_in(CHEATS / name, pack))
    assert [one["ran"] for one in found["commands"]] == [True]
    for place in ("5:0.917", "6:0.883", "7:0.071", "10:91.7 %"):
        assert figures(found)[place]["mark"] == "reproduced"
        assert figures(found)[place]["flag"] == "does not depend on the data"
    assert found["commands"][0]["same"] == found["commands"][0]["numbers"] == numbers


@pytest.mark.docker
@pytest.mark.usefixtures("images", "image_of_pack")
def test_other_figures_than_the_right_script_prints_differ_and_it_is_said_by_how_much(pack: Pack) -> None:
    found = figures(block(pack, take_in(CHEATS / "figures-beside-the-script", pack)))
    assert {found[place]["mark"] for place in ("5:0.917", "8:91.7 %")} == {"differs"}
    assert found["5:0.917"]["printed"] == "0.146"
    assert found["5:0.917"]["by"].startswith("-0.77")


def test_a_table_without_a_command_starts_no_container(pack: Pack) -> None:
    def never(_run: Run) -> Any:
        raise AssertionError("no container is wanted")

    submission = take_in(CHEATS / "figures-in-a-table", pack)
    run = Run(request=Request(source="", challenge=pack, out=Path()), settings=Settings(), say=lambda _text: None)
    found = claims.block(run, pack, submission, never)
    assert {row["mark"] for row in found["figures"]} == {"no_command"}
    assert found["commands"] == []


@pytest.mark.docker
@pytest.mark.usefixtures("images")
@pytest.mark.parametrize("name", others_apart(sorted(set(claimed.HONEST) - {"rag-triage"})))
def test_in_each_pack_honest_figures_move_with_other_data_and_those_of_each_cheat_do_not(
    name: str, tmp_path: Path
) -> None:
    other = load_pack(ROOT / "challenges" / name)
    mend(Settings(), lambda _text: None, [str(other.root)])
    printed = claimed.run(other, claimed.work(other, ""), claimed.HONEST[name], tmp_path / "given")
    found = block(other, make_submission(claimed.work(other, printed)))
    assert {(one["ran"], one["fresh"]) for one in found["commands"]} == {(True, claims.FRESH)}, found["commands"]
    said = {path: [row for row in found["figures"] if row["path"] == path] for path in claimed.DOCUMENTS}
    assert {row["mark"] for row in said[claimed.TRUE]} == {"reproduced"}
    assert sum("flag" in row for row in said[claimed.TRUE]) <= len(said[claimed.TRUE]) / 4
    for path in claimed.CHEATS:
        assert {row["mark"] for row in said[path]} == {"reproduced"}
        assert sum("flag" in row for row in said[path]) > len(said[path]) / 2
    assert {row["mark"] for row in said[claimed.TABLE]} == {"no_command"}
    assert sum(row["mark"] == "differs" for row in said[claimed.OTHER]) > len(said[claimed.OTHER]) / 2


# ---------------------------------------------------------------------------------------------- faults of ours


@pytest.mark.parametrize("problem", [InfrastructureError("Docker was not reached."), OSError("Docker was not reached")])
def test_an_engine_that_is_down_is_nobodys_fault_and_ends_no_grading(pack: Pack, problem: Exception) -> None:
    def down(_run: Run) -> Any:
        return ScriptedSandbox([], problem=problem)  # type: ignore[arg-type]

    submission = take_in(CHEATS / "figures-from-a-file", pack)
    run = Run(request=Request(source="", challenge=pack, out=Path()), settings=Settings(), say=lambda _text: None)
    found = claims.block(run, pack, submission, down)
    assert {row["mark"] for row in figures(found).values()} == {"cannot_run"}
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
        "triage.py": (CHEATS / "figures-from-a-file" / "triage.py").read_bytes(),
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

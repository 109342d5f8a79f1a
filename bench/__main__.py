"""`make bench`: how long a grading takes against the floor, and where the time goes."""

from __future__ import annotations

import argparse
import io
import json
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.measure import Measured, engine, interleaved, median, ratio, spread
from grader.challenge import load_pack
from grader.sandbox import images
from grader.sandbox.engine import connect

GRADE = [sys.executable, "-m", "grader"]
BENCH_IMAGE = "grader-bench"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=7)
    arguments.add_argument("packs", nargs="*", default=["tests/packs/sums", "challenges/rag-triage"])
    chosen = arguments.parse_args()
    for pack in chosen.packs:
        bench_pack(Path(pack), chosen.runs)
    bench_help(chosen.runs)


def bench_pack(pack: Path, runs: int) -> None:
    """One grading of the reference solution against `docker run … pytest` on the same tests in one process."""
    tag = floor_image(pack)
    with tempfile.TemporaryDirectory() as folder:
        grade = [*GRADE, str(pack / "solution"), "--challenge", str(pack), "--out", folder]
        floor = ["docker", "run", "--rm", "--network", "none", tag, "python3", "-m", "pytest", "-q", "-p", "inprocess"]
        found = interleaved({"grade": grade, "floor": [*floor, "-p", "no:cacheprovider", "/bench/tests"]}, runs)
        timings = json.loads((Path(folder) / "grade.json").read_text())["timings"]
        rendering = render_seconds(Path(folder))
    walls = {name: [run.seconds for run in each] for name, each in found.items()}
    print(f"\n{pack.name}: median of {runs} runs, in turn, of a pack that was read before; {engine()}")
    print(f"  floor   docker run … pytest, in one process   {spread(walls['floor'])}")
    print(f"  grade   two containers, report, grade.json    {spread(walls['grade'])}")
    print(f"  ratio   (goal ≤ 1.25×)                        {ratio(walls['grade'], walls['floor'])}")
    for name, each in found.items():
        print(f"  cpu     {name}: all of the machine, its own      {_cpu(each)}")
    print(
        f"  memory  client's peak (goal ≤ 80 MiB)         {max(r.peak_bytes for r in found['grade']) / 2**20:.0f} MiB"
    )
    share = 100 * rendering / median(walls["grade"])
    print(f"  pages   report and letter, goal ≤ 5 %         {rendering * 1000:.0f} ms, {share:.1f} % of a grading;")
    print(f"          goal ≥ 10,000 an hour on two cores    {2 * 3600 / rendering:,.0f}")
    print(f"  stages  of the last run                       {'  '.join(f'{k} {v:.3f}' for k, v in timings.items())}")


def _cpu(each: Sequence[Measured]) -> str:
    return f"{median([run.all_cpu for run in each]):.2f} s, {median([run.own_cpu for run in each]):.2f} s"


def render_seconds(out: Path, times: int = 15) -> float:
    """Median time to render report.html and the letter of the run in `out`, everything imported, as in a batch."""
    from grader.report import render_feedback, render_report, warm
    from grader.result import evidence
    from grader.result.grade_json import grade_from_json
    from grader.stored import load_json

    grade = grade_from_json(load_json(out / "grade.json"))
    challenge, submission = evidence.load_challenge(out), evidence.load_submission(out)
    warm()
    found = []
    for _ in range(times):
        began = time.perf_counter()
        render_report(grade, challenge, submission)
        render_feedback(grade, challenge, submission)
        found.append(time.perf_counter() - began)
    return median(found)


def bench_help(runs: int) -> None:
    commands = {"help": [*GRADE, "--help"], "click": [sys.executable, "-c", "import click"]}
    found = {name: [run.seconds for run in each] for name, each in interleaved(commands, max(runs, 15)).items()}
    print(f"\ngrade --help against python -c 'import click' (goal ≤ 2×): {ratio(found['help'], found['click'])}")
    print(f"  help  {median(found['help']):.3f} s   click {median(found['click']):.3f} s")


def floor_image(pack: Path) -> str:
    """The verifier's image with the hidden tests, the reference and the plugin that runs them in one process."""
    challenge = load_pack(pack)
    client = connect()
    files = {f"tests/{name}": content for name, content in challenge.laid.items()}
    solution = pack / "solution"
    files |= {f"submission/{p.relative_to(solution)}": p.read_bytes() for p in solution.rglob("*") if p.is_file()}
    files["plugin/inprocess.py"] = Path(__file__).with_name("inprocess.py").read_bytes()
    lines = [f"FROM {images.verifier_recipe().tag}", "COPY bench /bench"]
    lines += [f"ENV PYTHONPATH=/opt/packages:/bench/plugin:/bench/tests BENCH_MODULE={challenge.interface.module}"]
    model = challenge.model
    lines += [f"ENV BENCH_MODEL={json.dumps(json.dumps(model.as_data()))}"] if model else []
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w") as archive:
        named = {f"bench/{name}": content for name, content in files.items()}
        for name, content in {**named, "Dockerfile": "\n".join(lines).encode()}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    memory.seek(0)
    tag = f"{BENCH_IMAGE}:{challenge.id}"
    for line in client.build(fileobj=memory, custom_context=True, tag=tag, rm=True, decode=True):
        if "error" in line:
            raise SystemExit(line["error"])
    client.close()
    return tag


if __name__ == "__main__":
    main()

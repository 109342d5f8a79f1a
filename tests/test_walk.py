"""What a team that only reviews is told after 8, 20, 40 and 60 cases is what docs/calibrating.md shows it. All work and
all levels are generated: two raters, each one level off in 15 of 100 cases, and a judge who is in 10 of 100."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import cli
from grader.testing import packs
from grader.testing.judge_server import running
from tests.generated_reviews import in_shadow, oracle, reviews

PAGE = Path(__file__).resolve().parents[1] / "docs" / "calibrating.md"
CASES = (8, 20, 40, 60)


def shown() -> list[list[str]]:
    """The blocks of the walk in the page, each as its lines: what stands between `…`, with single spaces."""
    walk = PAGE.read_text("utf-8").split("## The walk of a team")[1].split("\n## ")[0]
    blocks = re.findall(r"```text\n(.*?)```", walk, re.DOTALL)
    return [[piece for piece in map(joined, block.split("…")) if piece] for block in blocks]


def joined(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """What is printed after so many cases: `--status`, and the verdict after the last."""
    folder = tmp_path_factory.mktemp("walk")
    root, store = packs.write_pack(folder / "tiny"), f"sqlite:///{folder / 'store.db'}"
    found, done = [], 0
    judge = oracle(root, CASES[-1], noise=0.1)
    with pytest.MonkeyPatch.context() as patch, running(judge) as server:
        patch.setenv("OPENAI_BASE_URL", server.url)
        patch.setenv("GRADER_JUDGE_MODEL", "m")
        for cases in CASES:
            reviews(store, root, folder, cases - done, start=done, disagreement=0.15)
            in_shadow(store, root, judge)
            done = cases
            words = ["--status"] if cases < CASES[-1] else []
            out = CliRunner().invoke(cli, ["calibrate", str(root), "--store", store, *words], catch_exceptions=False)
            assert out.exit_code == 0, out.output
            found.append(out.stdout)
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("at", range(len(CASES)))
def test_the_walk_in_the_page_is_what_the_program_says(said: list[str], at: int) -> None:
    rest = joined(said[at])
    for block in shown()[at]:
        assert block in rest, f"after {CASES[at]} cases, not {block!r} but\n{said[at]}"
        rest = rest.split(block, 1)[1]

"""The judge through a foreign server: LiteLLM's proxy in an environment of its own, before one of our test judges.

Not collected with the other tests, because it needs an installation of its own:

    python -m venv .venv-litellm && .venv-litellm/bin/pip install "litellm[proxy]"
    GRADER_LITELLM=.venv-litellm/bin/litellm pytest tests/foreign/litellm_judge.py
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.challenge import load_pack
from grader.judge import judge_submission
from grader.records import CriterionResult, Submission
from grader.settings import Settings
from grader.testing import judges, packs
from grader.testing.judge_server import Behaviour, JudgeServer, running

KEY = f"sk-{secrets.token_hex(24)}"
"""The proxy's key for this run: it does not start without one."""
BOOT = 120.0
"""Seconds in which the proxy has to be up."""


@pytest.fixture(scope="module")
def upstream() -> Iterator[JudgeServer]:
    with running(judges.constant(4)) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(upstream: JudgeServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = os.environ.get("GRADER_LITELLM", ".venv-litellm/bin/litellm")
    folder = tmp_path_factory.mktemp("litellm")
    model = f"{{model: openai/test, api_base: '{upstream.url}', api_key: none, max_retries: 0}}"
    config = folder / "config.yaml"
    config.write_text(f"model_list:\n  - model_name: judge\n    litellm_params: {model}\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "LITELLM_MASTER_KEY": KEY}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
        try:
            _wait(f"http://127.0.0.1:{port}/health/liveliness", process, folder / "log")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + BOOT
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()[-2_000:]
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise AssertionError(log.read_text()[-2_000:])


def ask(url: str, folder: Path, model: str = "judge") -> CriterionResult:
    pack = load_pack(packs.write_pack(folder / "pack"))
    settings = Settings(openai_base_url=url, openai_api_key=KEY, judge_model=model, judge={"max_retries": 0})
    submission = Submission(digest="sha256:0", files={"DECISIONS.md": packs.answer(7, 4).encode()})
    (criterion,) = judge_submission(pack, submission, settings, calibration=None, cache_dir=folder).criteria
    return criterion


def test_a_level_comes_through_a_foreign_server_with_its_evidence_and_tokens(proxy: str, tmp_path: Path) -> None:
    criterion = ask(proxy, tmp_path)
    assert criterion.suggestion == 4, criterion.reason
    assert criterion.evidence[0].path == "DECISIONS.md"
    assert criterion.details["mode"] == "json_schema"
    assert criterion.details["tokens_estimated"] is False


@pytest.mark.parametrize("modes", [("json_object",), ()])
def test_what_is_behind_the_foreign_server_may_not_know_schemas(
    modes: tuple[str, ...], proxy: str, upstream: JudgeServer, tmp_path: Path
) -> None:
    upstream.behaviour = Behaviour(modes=modes)
    criterion = ask(proxy, tmp_path)
    upstream.behaviour = Behaviour()
    assert criterion.suggestion == 4, criterion.reason
    assert criterion.details["mode"] == ("json_object" if modes else "prompt")


@pytest.mark.parametrize("fault", ["500", "429", "off_menu", "extra_keys"])
def test_faults_behind_a_foreign_server_are_reasons_and_no_levels(
    fault: str, proxy: str, upstream: JudgeServer, tmp_path: Path
) -> None:
    upstream.behaviour = Behaviour(fault=fault)
    criterion = ask(proxy, tmp_path)
    upstream.behaviour = Behaviour()
    assert (criterion.level, criterion.suggestion) == (None, None)
    assert criterion.reason


def test_a_model_that_a_foreign_server_does_not_know_is_said_so(proxy: str, tmp_path: Path) -> None:
    criterion = ask(proxy, tmp_path, model="nobody")
    assert criterion.suggestion is None
    assert criterion.reason

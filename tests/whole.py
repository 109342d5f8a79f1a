"""`make test`: all tests, side by side; then, by themselves, the few that failed beside others.

Tests start containers, browsers and databases, and share what processors there are. Where at most `MOST` fail, each is
run once more with nothing beside it. One that fails again has failed; one that passes then is named at the end: it
depends on the machine's pace, and is to be mended, it or the program. Nothing is tried a third time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

MOST = 3
FAILED = Path(__file__).parent.parent / ".pytest_cache" / "v" / "cache" / "lastfailed"


def main(arguments: list[str]) -> int:
    code = _pytest("--cache-clear", *arguments)
    failed = sorted(json.loads(FAILED.read_text(encoding="utf-8"))) if code == 1 and FAILED.is_file() else []
    if not 0 < len(failed) <= MOST:
        return code
    print(f"\nOnce more, with nothing beside: {', '.join(failed)}\n", flush=True)
    if code := _pytest("-v", *failed):
        return code
    print("\nEach of these failed beside others and passed by itself, and is to be mended:")
    print("\n".join(f"  {name}" for name in failed), flush=True)
    return 0


def _pytest(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

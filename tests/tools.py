"""Gets what only the tests need: a browser with axe-core, Postgres, and older versions of the openai package, each in
an environment of its own. Run by `make test`; fast when all is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSER_TESTS = Path(__file__).parent / "browser"
SDKS = Path(__file__).parent.parent / ".venv-sdk"
SHELL = "chromium-headless-shell"
"""Chromium without its windows: the same pages, opened in about a third of the time. Debian has it, Ubuntu has not."""
BROWSERS = (SHELL, "chromium", "chromium-browser", "google-chrome")
OTHER_SDKS = {"1": "openai>=1.66,<2", "2": "openai>=2,<3"}
"""Major versions of the SDK beside the one that the product itself uses."""


def main() -> int:
    packages = []
    if not any(map(shutil.which, BROWSERS[1:])):
        packages.append("chromium")
    if not shutil.which(SHELL) and offered(SHELL):
        packages.append(SHELL)
    if not shutil.which("npm"):
        packages.append("npm")
    if not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        packages.append("postgresql")
    if packages and not install(packages):
        return 1
    if (BROWSER_TESTS / "package-lock.json").exists() and not (BROWSER_TESTS / "node_modules" / "axe-core").exists():
        done = subprocess.run(
            ["npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefix", str(BROWSER_TESTS)], check=False
        )
        if done.returncode:
            return done.returncode
    return 0 if all(sdk(name, wanted) for name, wanted in OTHER_SDKS.items()) else 1


def a_browser() -> str | None:
    """The program to open pages with: the first of `BROWSERS` that is here."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def offered(package: str) -> bool:
    """Whether this machine may install it, and its lists of packages have it."""
    if os.geteuid() != 0 or not shutil.which("apt-cache"):
        return False
    return subprocess.run(["apt-cache", "show", package], capture_output=True, check=False).returncode == 0


def sdk(name: str, wanted: str) -> bool:
    """An environment with nothing but that version of the SDK."""
    folder = SDKS / name
    if (folder / "made").exists():
        return True
    print(f"installing {wanted} for the tests")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=False)
    command = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", wanted]
    if made.returncode or subprocess.run(command, stderr=subprocess.PIPE, check=False).returncode:
        print(f"{wanted} could not be installed into {folder}", file=sys.stderr)
        return False
    (folder / "made").touch()
    return True


def install(packages: list[str]) -> bool:
    """Debian's packages, as root; otherwise says what to install."""
    wanted = " ".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"The tests need {wanted}: install them, then run `make test` again.", file=sys.stderr)
        return False
    print(f"installing {wanted} for the tests")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())

"""What is imported in advance for a candidate's processes: what their files name, and never what runs by it."""

from __future__ import annotations

import sys

import pytest

from grader.grading.imports import preload


def named(source: str, **files: str) -> tuple[str, ...]:
    return preload({"work.py": source.encode(), **{f"{name}.py": text.encode() for name, text in files.items()}})


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import json", ("json",)),
        ("import urllib.request", ("urllib.request",)),
        ("    import urllib.request as r, json", ("urllib.request",)),
        ("from http import server", ("http", "http.server")),
        ("from http.server import (HTTPServer,\n  x)", ("http.server", "http.server.HTTPServer")),
        ("from . import near\nfrom .near import far", ()),
        ("from helper import x\nimport helper.more", ()),
        ("x = 'import json'\n# import csv", ()),
    ],
)
def test_modules_are_imported_by_their_whole_names(source: str, modules: tuple[str, ...]) -> None:
    assert named(source, helper="") == modules


@pytest.mark.parametrize(
    "source",
    [
        "import unittest.__main__", "from unittest import __main__", "from venv.__main__ import main", "import _io",
        "import test.support", "import ctypes.test", "import sqlite3.tests.x", "from lib2to3 import main",
        "import __main__", "from __future__ import annotations", "import antigravity",
    ],
)  # fmt: skip
def test_what_runs_when_it_is_imported_is_not(source: str) -> None:
    assert [name for name in named(source) if name != "unittest"] == []


def test_a_flood_of_names_is_cut() -> None:
    found = named("\n".join(f"import a{n}.b\nfrom c{n} import d" for n in range(5_000)))
    assert len(found) == 100


def test_no_main_of_the_library_is_imported() -> None:
    assert named("\n".join(f"import {name}.__main__" for name in sys.stdlib_module_names)) == ()


@pytest.mark.parametrize(
    ("module", "modules"),
    [
        ("work", ("csv", "json", "queue")),
        ("work.part", ("csv", "json", "queue")),
        ("app", ("http.server",)),
        ("folder.part", ("glob", "queue")),
        ("missing", ("csv", "glob", "http.server", "json", "queue")),
        ("", ("csv", "glob", "http.server", "json", "queue")),
    ],
)
def test_what_only_a_command_needs_is_not_imported_in_advance(module: str, modules: tuple[str, ...]) -> None:
    """`app.py` is run and not called: its process imports for itself."""
    files = {
        "work.py": "import json, near\nfrom far import x\n",
        "near.py": "import csv\nimport work\n",
        "far.py": "import queue\n",
        "app.py": "import http.server\n",
        "folder/__init__.py": "",
        "folder/part.py": "import glob\n",
        "folder/more.py": "    import far\n",
        "notes.txt": "import app\n",
    }
    assert preload({path: text.encode() for path, text in files.items()}, module) == modules

"""What the markers and docstrings of hidden tests say."""

from __future__ import annotations

import inspect

import pytest
from events import cut


def points(item: pytest.Item) -> float:
    marker = item.get_closest_marker("points")
    value = float(marker.args[0]) if marker and marker.args else 1.0
    if not 0 <= value < 1e6:
        raise pytest.UsageError(f"{item.nodeid}: points({value}) is not a number from 0 on")
    return value


def group(item: pytest.Item) -> str:
    """From `points(…, group=)`, else `group(…)`, nearest first; else the test file's name."""
    for marker in item.iter_markers("points"):
        if "group" in marker.kwargs:
            return str(marker.kwargs["group"])
    marker = item.get_closest_marker("group")
    return str(marker.args[0]) if marker else item.path.stem.removeprefix("test_")


def title(item: pytest.Item) -> str:
    text = inspect.getdoc(getattr(item, "obj", None)) or ""
    return cut(text.partition("\n")[0], 200)

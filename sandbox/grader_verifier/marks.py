"""What the markers and docstrings of hidden tests say."""

from __future__ import annotations

import inspect

import pytest

from grader_verifier.events import cut


def points(item: pytest.Item) -> float:
    """Of the nearest mark that says a number; 1 where none does. What a mark may say: mark_rules.py."""
    return next((float(marker.args[0]) for marker in item.iter_markers("points") if marker.args), 1.0)


def group(item: pytest.Item) -> str:
    """From `points(…, group=)`, else `group(…)`, nearest first; else the test file's name."""
    for marker in item.iter_markers("points"):
        if "group" in marker.kwargs:
            return str(marker.kwargs["group"])
    nearest = item.get_closest_marker("group")
    return str(nearest.args[0]) if nearest else item.path.stem.removeprefix("test_")


def title(item: pytest.Item) -> str:
    text = inspect.getdoc(getattr(item, "obj", None)) or ""
    return cut(text.partition("\n")[0], 200)

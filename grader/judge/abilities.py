"""What an endpoint can do, and what is learned about it from what it refuses. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from grader.judge.refusal import Refusal

MODES = ("json_schema", "json_object", "prompt")
_OPTIONAL = ("seed", "temperature")
_LENGTH = re.compile(r"context.?(length|window|size)|maximum context|too many tokens|prompt is too long|too long")
_FILTER = re.compile(r"content.?filter|content management policy|content policy")
_TOO_MUCH = re.compile(r"max\w*_tokens\b.*(too large|at most|less than|exceed|greater|maximum)")
_SYSTEM = re.compile(r"system\W+(role|message|prompt|instruction)|\brole\b.*\bsystem\b|developer instruction")
_NO_MODEL = re.compile(r"not a valid model|model\b.*(not found|does not exist|no such)|unknown model|invalid model")
_FORMAT = re.compile(r"response_format|json_schema|json_object|guided|grammar|structured")
AT_FIRST: Mapping[str, Any] = {"mode": 0, "without": [], "limit": "max_tokens", "system": True}
"""What is tried first: the index of a mode, the parameters left out, the name of the limit of tokens (empty: none is
sent), and whether there is a system role."""


def otherwise(refused: Refusal, can: Mapping[str, Any]) -> Mapping[str, Any] | str | None:
    """What to do about an answer that says what the endpoint cannot do: what changes in `can` (leave out the parameter
    that it names, or ask in the next mode), or the reason to give up; nothing where that is not what it says."""
    about, said = refused.about, f": {refused.said}" if refused.said else ""
    unable = refused.status in {400, 405, 413, 422} or (refused.status in {500, 501} and _FORMAT.search(about))
    if not unable:
        return None
    if _FILTER.search(about):
        return "the judge's endpoint refused the text by its content filter"
    if _NO_MODEL.search(about):
        return f"the judge's endpoint does not know the model{said}"
    if _TOO_MUCH.search(about):
        return f"the judge's model writes fewer tokens than max_output in [judge] asks for{said}"
    if _LENGTH.search(about):
        return f"the files are longer than the judge's model can read{said}"
    changed = _left_out(about, can)
    if changed is not None:
        return changed
    return f"the judge's endpoint did not take the request ({refused.status}){said}"


def _left_out(about: str, can: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What is asked for otherwise after such words."""
    if can["limit"] == "max_tokens" and re.search(r"\bmax_(completion_)?tokens\b", about):
        return {"limit": "max_completion_tokens"}
    if can["limit"] and re.search(rf"\b{can['limit']}\b", about):
        return {"limit": ""}
    for name in _OPTIONAL:
        if re.search(rf"\b{name}\b", about) and name not in can["without"]:
            return {"without": [*can["without"], name]}
    if can["system"] and _SYSTEM.search(about):
        return {"system": False}
    return {"mode": can["mode"] + 1} if can["mode"] + 1 < len(MODES) else None

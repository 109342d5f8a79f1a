"""The assessment-partner protocol, as documented for Greenhouse: an applicant tracking system lists challenges, has a
candidate invited, and asks how it stands. Off unless the operator sets a key.

GET list_tests, POST send_test, GET test_status?partner_interview_id=…, POST request_errors; HTTP Basic, the key as the
user's name. A result is `complete` when people have decided, and not before: no machine's score leaves by this door. No
mail is sent; a lead hands the link over (`grade invite link`).
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from typing import Any

from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.challenge import load_pack
from grader.errors import visible
from grader.portal.desk import Wish
from grader.portal.orders import Order, about, link_token
from grader.portal.records import Invitation
from grader.settings import Settings, list_challenges
from grader.unseen import json_text
from grader.web import notices, visit
from grader.web.accounts import AccountError

LARGEST = 64_000
"""Bytes of a body; a real one has a hundredth of it."""
_log = logging.getLogger("grader.web")


class Person(BaseModel):
    """The candidate as send_test names them; what we do not use is not kept."""

    model_config = ConfigDict(extra="ignore")
    first_name: str = Field(max_length=150)
    last_name: str = Field(max_length=150)
    email: str = Field(default="", max_length=250)


class Sent(BaseModel):
    """The body of send_test."""

    model_config = ConfigDict(extra="ignore")
    partner_test_id: str = Field(max_length=100)
    candidate: Person
    url: str = Field(default="", max_length=1_000)


def list_tests() -> ResponseReturnValue:
    """The challenges that this server has."""
    _admit()
    found = _challenges()
    return _json([{"partner_test_id": name, "partner_test_name": load_pack(root).title}
                  for name, root in sorted(found.items())])  # fmt: skip


def send_test() -> ResponseReturnValue:
    """Invites a candidate; the same order once more is the same invitation."""
    _admit()
    try:
        sent = Sent.model_validate_json(_body())
    except ValidationError as problem:
        return _wrong([f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problem.errors()[:5]])
    if sent.partner_test_id not in _challenges():
        return _wrong([f"there is no test {visible(sent.partner_test_id, 60)}"])
    if not (name := _name(sent.candidate)):
        return _wrong(["candidate: a first or a last name is needed"])
    allowed = visit.server().config.callbacks
    if sent.url and allowed and not notices.is_ours(sent.url, allowed):
        return _wrong(["url: it is under none of the addresses that this server may call (GRADER_ATS_CALLBACK)"])
    order = Order(system="greenhouse", reference=sent.url, callback=sent.url if allowed else "")
    return _json({"partner_interview_id": _invited(sent.partner_test_id, name, order).id})


def test_status() -> ResponseReturnValue:
    """How an order stands. `complete`, with a score, once people have decided."""
    _admit()
    wanted = request.args.get("partner_interview_id", "")
    one = visit.server().portal.ordered(wanted) if len(wanted) <= 64 else None
    if one is None:
        return _json({"errors": ["there is no such interview"]}, 404)
    return _json(_status(one))


def request_errors() -> ResponseReturnValue:
    """What the other side could not read of our answers: noted without what it says of anybody."""
    _admit()
    _body()
    _log.warning("An applicant tracking system could not read an answer of ours.")
    return _json({})


def _status(one: Invitation) -> Mapping[str, Any]:
    server = visit.server()
    last = one.last
    facts: dict[str, str | int] = {"Invited": one.at, "Until": one.ends_at}
    facts |= {"Started": one.started_at} if one.started_at else {}
    facts |= {"Handed in": last.at, "Minutes late": last.late} if last else {}
    answer = visit.desk().answered(one.blind, one.challenge, [came.submission for came in one.hand_ins])
    if answer is None:
        return {"partner_status": one.state(server.portal.now()) if last is None else "being read", "metadata": facts}
    return {
        "partner_status": "complete",
        "partner_profile_url": f"{server.config.url}/cases/{answer.case}",
        "partner_score": answer.score,
        "metadata": {**facts, "Decided by people": answer.outcome},
    }


def _invited(challenge: str, name: str, order: Order) -> Invitation:
    server = visit.server()
    pack = load_pack(_challenges()[challenge])
    said = {**about(pack), "rounds": [], "answer_days": 10, "keep_days": 180}
    wish = Wish(candidate=name, challenge=pack.id, version=pack.version, about=said, window=pack.time.window,
                working=0, by="an applicant tracking system")  # fmt: skip
    return server.portal.order(wish, order, lambda made: link_token(server.config.ats_key, made))


def _name(person: Person) -> str:
    """As it is kept: with the address behind it, so that two people of one name are two."""
    name = " ".join("".join(c if c.isprintable() else " " for c in f"{person.first_name} {person.last_name}").split())
    address = person.email.strip()
    plain = address.count("@") == 1 and address.isprintable() and not set(address) & set("<>;, \"'")
    return f"{name} <{address}>" if name and plain else name


def _challenges() -> Mapping[str, Any]:
    return list_challenges(Settings.read(), visit.server().config.challenges)


def _admit() -> None:
    """Answers nobody without the key, and whoever tries many nothing at all for a while."""
    server = visit.server()
    if not server.config.ats_key:
        abort(404)
    given = request.authorization
    key = given.username if given is not None and given.type == "basic" else None
    if key is not None and hmac.compare_digest(key.encode("utf-8", "replace"), server.config.ats_key.encode()):
        return
    try:
        server.accounts.guessed(request.remote_addr or "")
    except AccountError:
        abort(_json({"errors": ["too many wrong keys; wait a quarter of an hour"]}, 429))
    answer = _json({"errors": ["HTTP Basic with the key as the user's name"]}, 401)
    answer.headers["WWW-Authenticate"] = 'Basic realm="grader"'
    abort(answer)


def _body() -> bytes:
    request.max_content_length = LARGEST
    return request.get_data(cache=False)


def _wrong(errors: list[str]) -> Response:
    return _json({"errors": [visible(one, 300) for one in errors]}, 422)


def _json(data: object, status: int = 200) -> Response:
    return Response(json_text(data) + "\n", status, content_type="application/json")

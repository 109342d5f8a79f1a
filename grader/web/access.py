"""Who may ask for an address: the rules that a route declares one of.

They decide by role alone. What somebody sees of a case is decided by `grader.review.visible`, for each case.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from grader.web import forms, visit


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`roles`: who may; empty: everybody who is signed in. `open`: strangers too. `token`: forms carry one."""

    name: str
    open: bool = False
    roles: frozenset[str] = frozenset()
    token: bool = True

    def admit(self) -> ResponseReturnValue | None:
        """None where the request may go on; else what is answered."""
        if self.open:
            return None
        person = visit.person_or_none()
        if person is None:
            return forms.sign_in_first() if request.method == "POST" else to_sign_in()
        if self.roles and not self.roles & set(person.roles):
            return abort(404)
        return None


def to_sign_in() -> ResponseReturnValue:
    """To the sign-in page, and back to where one wanted to go."""
    wanted = request.full_path.rstrip("?") if request.path != "/" else ""
    target = url_for("sign_in.show", next=wanted) if wanted else url_for("sign_in.show")
    return redirect(target, 303)


OPEN = Rule(name="anyone", open=True)
CANDIDATE = Rule(name="whoever holds the link", open=True, token=False)
"""The link is what a form proves: it stands in the address of each, no other site knows it, and no cookie is set."""
PARTNER = Rule(name="whoever has the operator's key", open=True, token=False)
"""The key is what a request proves, in its header; without one set, there is nothing at these addresses."""
SIGNED_IN = Rule(name="signed in")
LEADS = Rule(name="leads", roles=frozenset({"lead", "admin"}))
ADMINS = Rule(name="administrators", roles=frozenset({"admin"}))

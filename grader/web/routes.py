"""Every address, its view, and who may ask for it. What is not in this table answers to nobody."""

from __future__ import annotations

from typing import NamedTuple

from grader.web.access import ADMINS, CANDIDATE, LEADS, OPEN, PARTNER, SIGNED_IN, Rule

GET, POST = ("GET",), ("POST",)


class Route(NamedTuple):
    """`endpoint`: `page.function` below grader/web."""

    path: str
    endpoint: str
    methods: tuple[str, ...]
    rule: Rule


ROUTES = (
    # For everybody
    Route("/healthz", "ops.alive", GET, OPEN),
    Route("/readyz", "ops.ready", GET, OPEN),
    Route("/metrics", "ops.metrics", GET, OPEN),
    Route("/static/<digest>/<name>", "static.file", GET, OPEN),
    Route("/sign-in", "sign_in.show", GET, OPEN),
    Route("/sign-in", "sign_in.take", POST, OPEN),
    Route("/sign-out", "sign_in.leave", POST, SIGNED_IN),
    Route("/oidc/begin", "oidc.begin", GET, OPEN),
    Route("/oidc/return", "oidc.finish", GET, OPEN),
    Route("/invite/<token>", "invite.show", GET, OPEN),
    Route("/invite/<token>", "invite.take", POST, OPEN),
    # An applicant tracking system's
    Route("/partner/list_tests", "orders.list_tests", GET, PARTNER),
    Route("/partner/send_test", "orders.send_test", POST, PARTNER),
    Route("/partner/test_status", "orders.test_status", GET, PARTNER),
    Route("/partner/request_errors", "orders.request_errors", POST, PARTNER),
    # A candidate's own
    Route("/h/<token>", "handing.show", GET, CANDIDATE),
    Route("/h/<token>/files.zip", "handing.files", GET, CANDIDATE),
    Route("/h/<token>/start", "handing.start", POST, CANDIDATE),
    Route("/h/<token>/hand-in", "handing.hand_in", POST, CANDIDATE),
    Route("/h/<token>/finish", "handing.finish", POST, CANDIDATE),
    Route("/h/<token>/withdraw", "handing.withdraw", POST, CANDIDATE),
    Route("/h/<token>/appeal", "handing.appeal", POST, CANDIDATE),
    Route("/h/<token>/work", "handing.state_work", POST, CANDIDATE),
    # Everybody's own
    Route("/", "queue.show", GET, SIGNED_IN),
    Route("/rate/<case>", "rate.show", GET, SIGNED_IN),
    Route("/rate/<case>/draft", "rate.draft", POST, SIGNED_IN),
    Route("/rate/<case>/submit", "rate.submit", POST, SIGNED_IN),
    Route("/rate/<case>/amend", "rate.amended", GET, SIGNED_IN),
    Route("/rate/<case>/amend", "rate.amend", POST, SIGNED_IN),
    Route("/rate/<case>/withdraw", "rate.withdraw", POST, SIGNED_IN),
    Route("/rate/<case>/recuse", "rate.recuse", POST, SIGNED_IN),
    Route("/rounds/<case>", "round.show", GET, SIGNED_IN),
    Route("/rounds/<case>/draft", "round.draft", POST, SIGNED_IN),
    Route("/rounds/<case>/submit", "round.submit", POST, SIGNED_IN),
    Route("/rounds/<case>/withdraw", "round.withdraw", POST, SIGNED_IN),
    Route("/rounds/<case>/recuse", "round.recuse", POST, SIGNED_IN),
    Route("/loops/<blind>", "loops.one", GET, SIGNED_IN),
    Route("/reliability", "reliability.show", GET, SIGNED_IN),
    Route("/reliability/pair", "reliability.pair", GET, LEADS),
    # Norming: for those who are asked, and leads (the desk decides)
    Route("/sessions", "sessions.show", GET, SIGNED_IN),
    Route("/sessions", "sessions.begin", POST, LEADS),
    Route("/sessions/<session>", "session.show", GET, SIGNED_IN),
    Route("/sessions/<session>/rate", "session.rate", POST, SIGNED_IN),
    Route("/sessions/<session>/work/<case>", "session.read", GET, SIGNED_IN),
    Route("/sessions/<session>/work/<case>/<path:path>", "session.file", GET, SIGNED_IN),
    Route("/sessions/<session>/compare", "compared.show", GET, SIGNED_IN),
    Route("/sessions/<session>/compare", "compared.compare", POST, LEADS),
    Route("/sessions/<session>/again", "compared.again", POST, LEADS),
    Route("/sessions/<session>/anchors", "anchors.show", GET, SIGNED_IN),
    Route("/sessions/<session>/anchors", "anchors.propose", POST, SIGNED_IN),
    # After the reveal, for those who see it (`visible` decides)
    Route("/cases/<case>/debrief", "debrief.show", GET, SIGNED_IN),
    Route("/cases/<case>/work", "debrief.read", GET, SIGNED_IN),
    Route("/cases/<case>/files/<path:path>", "rate.file", GET, SIGNED_IN),
    Route("/cases/<case>/adjudicate", "debrief.adjudicate", POST, SIGNED_IN),
    Route("/cases/<case>/respond", "debrief.respond", POST, SIGNED_IN),
    # Leads
    Route("/loops", "loops.show", GET, LEADS),
    Route("/loops/<blind>/open", "loops.open_cards", POST, LEADS),
    Route("/loops/<blind>/decide", "loops.decide", POST, LEADS),
    Route("/loops/<blind>/letter", "loops.letter", POST, LEADS),
    Route("/loops/<blind>/work", "loops.map_work", POST, LEADS),
    Route("/figures", "analyse.show", GET, LEADS),
    Route("/figures/<report>", "analyse.one", GET, LEADS),
    Route("/cases", "cases.show", GET, LEADS),
    Route("/assign", "assign.show", GET, LEADS),
    Route("/assign/cases", "assign.open_cases", POST, LEADS),
    Route("/assign/preview", "assign.preview", POST, LEADS),
    Route("/assign/ask", "assign.carry_out", POST, LEADS),
    Route("/cases/<case>", "cases.one", GET, LEADS),
    Route("/cases/<case>/ask", "cases.ask", POST, LEADS),
    Route("/cases/<case>/reveal", "cases.reveal", POST, LEADS),
    Route("/cases/<case>/anchor", "cases.anchor", POST, LEADS),
    Route("/cases/<case>/decide", "debrief.decide", POST, LEADS),
    Route("/cases/<case>/letter", "debrief.letter", POST, LEADS),
    Route("/cases/<case>/reopen", "debrief.reopen", POST, LEADS),
    # Administrators
    Route("/cases/<case>/look", "cases.look", POST, ADMINS),
    Route("/people", "people.show", GET, ADMINS),
    Route("/people", "people.add", POST, ADMINS),
    Route("/people/<person>/link", "people.link", POST, ADMINS),
    Route("/people/<person>", "people.change", POST, ADMINS),
    Route("/audit", "audit.show", GET, LEADS),
)

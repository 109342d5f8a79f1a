"""Every address of the pages: who may ask for it, what its answer carries, and what is refused."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

import grader.web
from grader.errors import UsageError
from grader.web.access import ADMINS, CANDIDATE, LEADS, OPEN, PARTNER, SIGNED_IN
from grader.web.config import Config, networks
from grader.web.routes import ROUTES
from tests.web_fixtures import OPERATOR, House, house, levels

pytestmark = pytest.mark.slow

ROLES = {"Ann": "reviewer", "Lea": "lead", "Ada": "admin"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = house(tmp_path_factory.mktemp("routes"))
    made.person("Ann")
    made.person("Bob")
    made.person("Lea", "lead")
    made.person("Ada", "admin")
    made.case("C1", "Ann", "Bob")
    yield made
    made.store.close()


def without_token(answer: TestResponse) -> str:
    """The page but for the form's token, which holds the second in which it was made."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text)


def addresses(home: House) -> list[tuple[str, str, str]]:
    """(method, address, endpoint) of all routes, with ids that are there."""
    values = {"case": home.cases["C1"].id, "person": home.people["Bob"].id, "token": "x" * 43, "path": "DECISIONS.md",
              "digest": "0" * 16, "name": "web.css", "criterion": "clarity", "session": "x", "blind": "C1",
              "report": "funnel"}  # fmt: skip
    found = []
    for route in ROUTES:
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values[match[1]], route.path)
        found += [(method, path, route.endpoint) for method in route.methods]
    return found


def test_every_address_of_the_application_has_a_rule(home: House) -> None:
    declared = {(route.path, route.endpoint) for route in ROUTES}
    served = {(rule.rule, rule.endpoint) for rule in home.app.url_map.iter_rules()}
    assert served == declared
    assert {route.rule for route in ROUTES} <= {OPEN, CANDIDATE, PARTNER, SIGNED_IN, LEADS, ADMINS}


def test_only_these_addresses_answer_to_strangers() -> None:
    assert {route.path for route in ROUTES if route.rule is OPEN} == {
        "/healthz", "/readyz", "/metrics", "/static/<digest>/<name>", "/sign-in", "/invite/<token>", "/oidc/begin",
        "/oidc/return",
    }  # fmt: skip
    partner = {f"/partner/{name}" for name in ("list_tests", "send_test", "test_status", "request_errors")}
    assert {route.path for route in ROUTES if route.rule is PARTNER} == partner
    assert {route.path for route in ROUTES if route.rule is CANDIDATE} == {
        f"/h/<token>{rest}"
        for rest in ("", "/files.zip", "/start", "/hand-in", "/finish", "/withdraw", "/appeal", "/work")
    }  # fmt: skip


def test_whoever_has_no_link_gets_nothing_of_a_candidates_pages(home: House) -> None:
    for method, path, endpoint in addresses(home):
        if endpoint.startswith("handing."):
            answer = home.visitor().client.open(path, method=method)
            assert answer.status_code == 404, path
            assert "leads nowhere" in answer.text
            assert "Set-Cookie" not in answer.headers


def test_a_stranger_is_sent_to_sign_in_from_everywhere_else(home: House) -> None:
    for method, path, endpoint in addresses(home):
        if next(route for route in ROUTES if route.endpoint == endpoint).rule.open:
            continue
        answer = home.visitor().client.open(path, method=method)
        assert answer.status_code == (303 if method == "GET" else 401), path
        assert "Candidate" not in answer.text, path


@pytest.mark.parametrize("name", ["Ann", "Lea"])
def test_what_a_role_may_not_open_is_not_there(home: House, name: str) -> None:
    """To the byte: an address that is not theirs answers as one that there is not."""
    browser = home.visitor(name)
    missing = browser.get("/there-is-no-such-page")
    for method, path, endpoint in addresses(home):
        rule = next(route for route in ROUTES if route.endpoint == endpoint).rule
        if rule.open or not rule.roles or ROLES[name] in rule.roles:
            continue
        answer = browser.get(path) if method == "GET" else browser.post(path)
        assert answer.status_code == 404, path
        assert without_token(answer) == without_token(missing), path


def test_every_answer_is_sealed(home: House) -> None:
    for method, path, _ in addresses(home):
        for browser in (home.visitor(), home.visitor("Ada")):
            answer = browser.client.open(path, method=method)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store" or path.startswith("/static")
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert not re.search(r"<(script|style)(?![^>]*src=)[^>]*>", answer.text), path
            assert not re.search(r"\son\w+=|\sstyle=|javascript:", answer.text), path


def test_a_form_without_its_token_changes_nothing(home: House) -> None:
    for method, path, endpoint in addresses(home):
        if method != "POST" or endpoint in {"sign_in.take", "invite.take"}:
            continue
        browser = home.visitor("Ada")
        before = home.desk.people(), home.desk.view(OPERATOR, home.cases["C1"].id)
        answer = browser.client.post(path, data={"why": "because", "active": "no", "name": "Eve", "person": "x"})
        assert answer.status_code in {400, 404}, path
        assert (home.desk.people(), home.desk.view(OPERATOR, home.cases["C1"].id)) == before, path


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost:1"},
        {"Origin": "https://[x"},
    ],
)
def test_a_form_from_another_site_is_refused_even_with_its_token(home: House, headers: dict[str, str]) -> None:
    browser = home.visitor("Ada")
    browser.get("/people")
    answer = browser.post("/people", {"name": "Eve"}, headers=headers)
    assert answer.status_code == 403
    assert home.desk.person("Eve") is None


def test_a_token_of_another_visitor_is_refused(home: House) -> None:
    ann, ada = home.visitor("Ann"), home.visitor("Ada")
    ann.get("/")
    ada.get("/people")
    ada.token = ann.token
    assert ada.post("/people", {"name": "Eve"}).status_code == 400
    assert home.desk.person("Eve") is None


def test_a_form_larger_than_a_megabyte_is_refused_in_words(home: House) -> None:
    browser = home.visitor("Ann")
    case = home.cases["C1"].id
    browser.get(f"/rate/{case}")
    answer = browser.post(f"/rate/{case}/draft", {"version": "0", "rationale": "x" * 1_100_000})
    assert answer.status_code == 413
    assert "Too much text" in answer.text


def test_a_text_that_is_too_long_is_given_back_with_the_reason(home: House) -> None:
    browser = home.visitor("Ann")
    case = home.cases["C1"].id
    browser.get(f"/rate/{case}")
    long = "many words " * 2_500
    answer = browser.post(f"/rate/{case}/draft", {"version": "0", "rationale": long})
    assert answer.status_code == 422
    assert "20000 are kept" in answer.text
    assert long.strip() in answer.text


@pytest.mark.parametrize("host", ["evil.example", "grade.example.com.evil.example", ""])
def test_only_the_servers_own_names_are_answered(home: House, host: str) -> None:
    assert home.app.test_client().get("/sign-in", headers={"Host": host}).status_code == 400


def test_nobody_is_sent_to_another_site_after_signing_in(home: House) -> None:
    for target in ("https://evil.example", "//evil.example", "/\\evil.example", "/\tevil", "javascript:alert(1)"):
        browser = home.visitor()
        browser.get("/sign-in")
        answer = browser.post("/sign-in", {"name": "Ann", "password": "four words nobody says", "next": target})
        assert answer.headers["Location"] == "/", target


def test_alive_and_ready_say_no_more_than_that(home: House) -> None:
    for path in ("/healthz", "/readyz"):
        answer = home.app.test_client().get(path)
        assert (answer.status_code, answer.text) == (200, "ok\n")
        assert "Set-Cookie" not in answer.headers


def test_a_monitor_with_the_token_reads_counts_and_nothing_of_anybody(tmp_path: Path) -> None:
    token = "a token that nobody guesses"
    made = house(tmp_path, metrics_token=token)
    made.person("Ann")
    case = made.case("C1", "Ann")
    ann = made.visitor("Ann")
    for path in ("/", f"/rate/{case.id}", "/nowhere", "/metrics"):
        ann.get(path)
    monitor = made.app.test_client()
    answer = monitor.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    counted = {line for line in answer.text.splitlines() if not line.startswith("#")}
    assert {line.rpartition(" ")[0] for line in counted} == {
        *(f'grader_requests_total{{status="{one}xx"}}' for one in (2, 3, 4, 5)), "grader_errors_total",
    }  # fmt: skip
    assert {'grader_requests_total{status="4xx"} 2', "grader_errors_total 0"} <= counted
    for wrong in ({}, {"Authorization": "Bearer x"}, {"Authorization": token}, {"Authorization": "Bearer "}):
        assert monitor.get("/metrics", headers=wrong).status_code == 404


def test_without_a_token_there_are_no_metrics_and_a_short_one_is_no_token(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for header in ({}, {"Authorization": "Bearer "}):
        assert home.app.test_client().get("/metrics", headers=header).status_code == 404
    with pytest.raises(UsageError, match="can be guessed"):
        Config(metrics_token="short")
    monkeypatch.setenv("GRADER_METRICS_TOKEN", "0123456789abcdef")
    assert Config.read().metrics_token == "0123456789abcdef"
    assert "0123456789abcdef" not in repr(Config.read())


def test_a_store_that_is_gone_is_not_ready_and_the_process_is_alive(tmp_path: Path) -> None:
    made = house(tmp_path)
    client = made.app.test_client()
    (tmp_path / "grader.db").unlink()
    made.store.engine.dispose()
    (tmp_path / "grader.db").mkdir()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    assert client.get("/sign-in").status_code == 200


def test_over_tls_the_cookie_is_bound_to_host_and_tls(tmp_path: Path) -> None:
    made = house(tmp_path, public_url="https://grade.example.com")
    answer = made.app.test_client().get("/sign-in", base_url="https://grade.example.com")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-grade=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    made.store.close()


def test_a_path_of_a_shared_host_works(tmp_path: Path) -> None:
    made = house(tmp_path, public_url="https://tools.example.com/grade")
    made.person("Ann")
    client = made.app.test_client()
    answer = client.get("/grade/", base_url="https://tools.example.com")
    assert answer.headers["Location"] == "/grade/sign-in"
    page = client.get("/grade/sign-in", base_url="https://tools.example.com")
    assert 'action="/grade/sign-in"' in page.text
    assert '"/grade/static/' in page.text
    made.store.close()


def test_passwords_are_not_asked_for_over_a_network_in_the_clear() -> None:
    everywhere = "0.0.0.0"  # noqa: S104 - that is what is refused
    for config in ({"host": everywhere}, {"public_url": "http://grade.example.com"}, {"host": "10.0.0.5"}):
        with pytest.raises(UsageError, match="plain HTTP"):
            Config(**config)
    assert Config(host=everywhere, public_url="https://grade.example.com").secure
    assert not Config(host="127.0.0.1").secure


def test_a_user_header_is_refused_without_the_proxys_address() -> None:
    with pytest.raises(UsageError, match="believed from anybody"):
        Config(user_header="X-User")


def test_a_user_header_is_believed_from_the_proxy_and_from_nobody_else(tmp_path: Path) -> None:
    made = house(tmp_path, user_header="X-Webauth-User", proxies=networks(["10.0.0.7"]))
    ann = made.person("Ann")
    made.accounts.bind(ann.id, "proxy", "ann@corp")

    def asked(peer: str, user: str) -> int:
        environ = {"REMOTE_ADDR": peer}
        return made.app.test_client().get("/", headers={"X-Webauth-User": user}, environ_base=environ).status_code

    assert asked("10.0.0.7", "ann@corp") == 200
    assert asked("10.0.0.7", "eve@corp") == 303
    assert asked("10.0.0.8", "ann@corp") == 303
    assert asked("127.0.0.1", "ann@corp") == 303
    made.store.close()


def test_the_address_that_is_throttled_is_the_one_outside_the_proxy(tmp_path: Path) -> None:
    made = house(tmp_path, proxies=networks(["127.0.0.1"]))
    made.person("Ann")

    def wrong(forwarded: str) -> str:
        browser = made.visitor()
        browser.get("/sign-in")
        headers = {"X-Forwarded-For": forwarded}
        return browser.post("/sign-in", {"name": "ann", "password": "wrong wrong"}, headers=headers).text

    for number in range(5):
        assert "not right" in wrong(f"203.0.113.{number}, 198.51.100.9")
    assert "Too many" in wrong("203.0.113.99, 198.51.100.9")
    assert "not right" in wrong("198.51.100.10")
    made.store.close()


def test_somebody_linked_to_a_candidate_finds_nothing_anywhere(tmp_path: Path) -> None:
    made = house(tmp_path)
    made.person("Ann")
    made.person("Bob")
    made.case("C1", "Ann", "Bob")
    made.person("Kin", "admin", candidates=("C1",))
    case = made.cases["C1"].id
    browser = made.visitor("Kin")
    there, not_there = browser.get(f"/cases/{case}"), browser.get(f"/cases/{'0' * 32}")
    assert there.status_code == not_there.status_code == 404
    assert without_token(there) == without_token(not_there)
    assert "C1" not in browser.get("/cases").text
    for name in ("Ann", "Bob"):
        made.visitor(name).post(f"/rate/{case}/submit", levels(made.cases["C1"]))
    assert browser.post(f"/cases/{case}/reveal").status_code == 404
    made.store.close()


def test_what_is_vendored_is_what_was_published() -> None:
    static = Path(grader.web.__file__).parent / "static"
    listed = re.findall(r"^\| `([\w.]+)` .*`([0-9a-f]{64})` \|$", (static / "VENDORED.md").read_text(), re.MULTILINE)
    assert [name for name, _ in listed] == ["htmx.min.js"]
    for name, digest in listed:
        assert hashlib.sha256((static / name).read_bytes()).hexdigest() == digest


def test_no_other_command_pays_for_the_pages() -> None:
    script = "import sys, grader.cli, grader.web, grader.cli.people, grader.cli.serve; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "grader.cli.serve" in loaded
    for heavy in ("'flask'", "'werkzeug'", "'argon2'", "'waitress'", "'authlib'", "'sqlalchemy'", "'jinja2'"):
        assert heavy not in loaded


@pytest.mark.parametrize("path", ["/sign-in", "/invite/{token}"])
def test_a_stranger_whose_page_is_too_old_gets_the_form_again(home: House, path: str) -> None:
    person = home.desk.person("Bob")
    assert person is not None
    path = path.format(token=home.accounts.invite(person.id, by="test"))
    browser = home.visitor()
    browser.get(path)
    browser.token = "of another day"
    answer = browser.post(path, {"name": "bob", "password": "four words nobody says", "again": "x"})
    assert answer.status_code == 400
    assert 'name="password"' in answer.text
    assert "four words" not in answer.text
    assert browser.post(path, {"name": "eve", "password": "wrong wrong wrong", "again": "x"}).status_code == 422


def test_any_wsgi_server_can_run_the_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_STORE", f"sqlite:///{tmp_path / 'grader.db'}")
    monkeypatch.setenv("GRADER_PUBLIC_URL", "https://grade.example.com")
    app = grader.web.create_app()
    answer = app.test_client().get("/sign-in", base_url="https://grade.example.com")
    assert answer.status_code == 200
    assert answer.headers["Set-Cookie"].startswith("__Host-grade=")
    app.extensions["grader"].store.close()

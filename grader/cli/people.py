"""`grade people add|list|link|remove|ask|anchor`: who may sign in to `grade serve`. From the machine itself, always."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from grader.cli import anchor, ask
from grader.unseen import json_text

if TYPE_CHECKING:
    from grader.review.desk import Desk
    from grader.review.records import Actor, Person
    from grader.web.accounts import Accounts

ROLES = ("reviewer", "bar_raiser", "lead", "admin")
_STORE = click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")
_URL = click.option("--public-url", default="", metavar="URL", envvar="GRADER_PUBLIC_URL",
                    help="What the link begins with (http://127.0.0.1:8000).")  # fmt: skip


@click.group()
def command() -> None:
    """Who may sign in to `grade serve`, and as what.

    \b
    reviewer     rates what they are asked to
    bar_raiser   a reviewer who can also be asked from outside the team
    lead         opens cases, asks people, adjudicates, decides
    admin        a lead who also looks after people

    A person gets a link, once, and chooses a password behind it. No mail is sent: you hand the link over.
    """


@command.command()
@click.argument("name")
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, metavar="ROLE",
              help=f"{', '.join(ROLES)} (reviewer). May stand several times.")  # fmt: skip
@click.option("--team", default="", metavar="T", help="The person's team: a bar raiser comes from another.")
@click.option("--candidate", "candidates", multiple=True, metavar="C",
              help="A candidate close to them, by name or blind id: that case is not there for them.")  # fmt: skip
@_URL
@_STORE
def add(name: str, roles: tuple[str, ...], team: str, candidates: tuple[str, ...], public_url: str, store: str) -> None:
    """Add NAME and print the link to sign in with."""
    with _opened(store) as (desk, accounts):
        person = desk.add_person(_me(), name, roles=roles or ("reviewer",), team=team, candidates=candidates)  # type: ignore[arg-type]
        click.echo(f"{person.name} is {_roles(person)}.")
        _print_link(accounts, person, public_url, desk)


@command.command()
@click.argument("name")
@_URL
@_STORE
def link(name: str, public_url: str, store: str) -> None:
    """Print a new sign-in link for NAME, who forgot the password. Earlier links end; the old password holds until the
    new link is used."""
    with _opened(store) as (desk, accounts):
        _print_link(accounts, _found(desk, name), public_url, desk)


@command.command()
@click.argument("name")
@_STORE
def remove(name: str, store: str) -> None:
    """Let NAME in no more: sessions, links and passwords end at once. What they wrote stays."""
    with _opened(store) as (desk, accounts):
        person = _found(desk, name)
        desk.change_person(_me(), person, active=False)
        accounts.shut_out(person.id)
        click.echo(f"{person.name} can no longer sign in. What they wrote stays.")


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each person, for programs.")
@_STORE
def list_(as_json: bool, store: str) -> None:
    """Who there is, their roles, and how they sign in."""
    with _opened(store) as (desk, accounts):
        known, how = desk.people(), accounts.names()
    for person in known:
        ways = how.get(person.id, [])
        if as_json:
            row = {"id": person.id, "name": person.name, "roles": person.roles, "team": person.team,
                   "active": person.active, "signs_in_with": ways}  # fmt: skip
            click.echo(json_text(row))
        else:
            state = ", ".join(ways) or "has not signed in yet" if person.active else "removed"
            click.echo(f"{person.name:<28} {_roles(person):<24} {person.team:<16} {state}")
    if not known and not as_json:
        click.echo('Nobody yet: grade people add "Ada Lin" --role admin')


@command.command()
@click.argument("name")
@click.option("--header", "kind", flag_value="proxy", help="EXTERNAL is what the proxy's user header says.")
@click.option("--oidc", "kind", flag_value="oidc", help="EXTERNAL is issuer and subject, with a blank.")
@click.argument("external")
@_STORE
def bind(name: str, kind: str | None, external: str, store: str) -> None:
    """Let NAME in by the word of a proxy or an identity provider, which calls them EXTERNAL."""
    from grader.errors import UsageError
    from grader.web.accounts import AccountError

    if kind is None:
        raise UsageError("Say who vouches: --header or --oidc.")
    with _opened(store) as (desk, accounts):
        person = _found(desk, name)
        try:
            accounts.bind(person.id, kind, external)
        except AccountError as problem:
            raise UsageError(str(problem)) from problem
        click.echo(f"{person.name} is {external} there.")


command.add_command(ask.command)
command.add_command(anchor.command)


@contextlib.contextmanager
def _opened(store: str) -> Iterator[tuple[Desk, Accounts]]:
    from grader.cli.standing import store_at
    from grader.review.desk import Desk
    from grader.store import open_store
    from grader.web.accounts import Accounts

    with open_store(store_at(store)) as kept:
        yield Desk(kept.engine), Accounts(engine=kept.engine)


def _me() -> Actor:
    from grader.review.records import Actor
    from grader.store.store import user

    return Actor(how="command", user=user())


def _found(desk: Desk, name: str) -> Person:
    from grader.errors import UsageError, visible

    person = desk.person(name)
    if person is None:
        raise UsageError(f"There is nobody called {visible(name)!r}.", fix="grade people list")
    return person


def _roles(person: Person) -> str:
    return " and ".join(role.replace("_", " ") for role in person.roles)


def _print_link(accounts: Accounts, person: Person, public_url: str, desk: Desk) -> None:
    from grader.web.accounts import INVITE_DAYS

    token = accounts.invite(person.id, by=_me().name)
    desk.log(_me(), "link made", {"about": person.id})
    base = (public_url or "http://127.0.0.1:8000").rstrip("/")
    click.echo(f"\n  {base}/invite/{token}\n")
    click.echo(f"It works once, for {INVITE_DAYS} days. Whoever has it is {person.name}: hand it over privately.")

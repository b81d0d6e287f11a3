"""`whistle user`: accounts, among them the first administrator's."""

from __future__ import annotations

import sys

import click
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from commands.house import connected, person_called
from commands.kinds import OneOf
from commands.spoken import argument, group, option, tell, told
from config import Settings
from models import City, Membership, Unit, User
from models.database import database
from models.people import ROLES
from workflow.actors import SYSTEM
from workflow.administration.acts import record
from workflow.administration.roles import fits
from workflow.administration.watching import tell_person
from workflow.city_settings import city
from workflow.errors import Invalid, Refused
from workflow.identity import accounts, new_password
from workflow.say import LOCALES

user = group("user")
TIMES_ASKED = 3


@user.command("create", help=told("user.create"))
@argument("username", "user.username", metavar="NAME")
@option("--role", "roles", key="user.role", type=OneOf(*ROLES), multiple=True, required=True)
@option("--unit", "units", key="user.unit", metavar="UNIT", multiple=True)
@option("--name", key="user.name", metavar="TEXT")
@option("--locale", key="user.locale", type=OneOf(*LOCALES))
@option("--password-stdin", key="user.password_stdin", is_flag=True)
def create(
    username: str,
    roles: tuple[str, ...],
    units: tuple[str, ...],
    name: str | None,
    locale: str | None,
    password_stdin: bool,
) -> None:
    """Somebody who can sign in, the first administrator among them."""
    with connected() as settings:
        with database.reading() as session:
            memberships = list(zip(roles, _units(session, roles, units), strict=True))
            username = accounts.spoken_name(username)
            if session.scalar(select(User.id).where(User.username == username)) is not None:
                raise Invalid.field("username", "username.taken", username=username)
        password = _password(from_stdin=password_stdin)
        language = locale or settings.locale
        with database.writing() as session:
            strict = not city(session).demo
            made = accounts.create_user(
                session, username, name or username, password, memberships, language, strict=strict
            )
            roles_given = [[role, unit.code] for role, unit in memberships]
            named = {"username": username}
            record(session, SYSTEM, "user.create", "user", made.id, words=named, roles=roles_given)
        tell("user.created", name=username, roles=", ".join(f"{role}@{unit.code}" for role, unit in memberships))


@user.command("password", help=told("user.password"))
@argument("username", "user.who", metavar="NAME")
@option("--password-stdin", key="user.password_stdin", is_flag=True)
def password(username: str, password_stdin: bool) -> None:
    """Every sign-in of theirs ends."""
    with connected() as settings:
        with database.reading() as session:
            _account(session, username, settings)
        secret = _password(from_stdin=password_stdin)
        with database.writing() as session:
            person = _account(session, username, settings)
            new_password.set_password(session, person, secret, strict=not city(session).demo)
            act = record(session, SYSTEM, "user.password", "user", person.id)
            tell_person(session, act, person, "password")
        tell("user.password_set", name=person.username)


@user.command("disable", help=told("user.disable"))
@argument("username", "user.who", metavar="NAME")
def disable(username: str) -> None:
    """They are signed out at once."""
    with connected() as settings, database.writing() as session:
        person = person_called(session, username, settings)
        accounts.disable(session, person)
        record(session, SYSTEM, "user.disable", "user", person.id)
    tell("user.disabled", name=person.username or person.name)


@user.command("enable", help=told("user.enable"))
@argument("username", "user.who", metavar="NAME")
def enable(username: str) -> None:
    """They sign in again with the password they had."""
    with connected() as settings, database.writing() as session:
        person = person_called(session, username, settings)
        accounts.enable(session, person)
        record(session, SYSTEM, "user.enable", "user", person.id)
    tell("user.enabled", name=person.username or person.name)


@user.command("list", help=told("user.list"))
@option("--role", key="user.only_role", type=OneOf(*ROLES))
def index(role: str | None) -> None:
    """One line a person: name to sign in with, name, roles, and whether they are disabled."""
    query = select(User).order_by(User.username.is_(None), User.username, User.id)
    with connected(), database.reading() as session:
        for each in session.scalars(query.options(selectinload(User.memberships).selectinload(Membership.unit))):
            if role is None or each.has_role(role):
                click.echo(_line(each))


def _line(person: User) -> str:
    roles = ", ".join(f"{each.role}@{each.unit.code}" for each in person.memberships)
    known_by = person.username or (f"…{person.phone_tail}" if person.phone_tail else "-")
    state = told("user.is_disabled") if person.disabled_at is not None else ""
    return "\t".join((known_by, person.name, roles, state)).rstrip()


def _account(session: Session, name: str, settings: Settings) -> User:
    person = person_called(session, name, settings)
    if person.username is None:
        raise Refused("cli.user.no_account", name=name)
    return person


def _units(session: Session, roles: tuple[str, ...], codes: tuple[str, ...]) -> list[Unit]:
    """The unit of each role: one for all, or one for each; without any, the city. Raises Invalid."""
    if len(codes) not in (0, 1, len(roles)):
        raise Invalid.field("--unit", "cli.user.units", roles=len(roles), units=len(codes))
    root = session.scalars(select(Unit).join(City, City.code == Unit.code)).one()
    named = codes if len(codes) == len(roles) else (codes or (root.code,)) * len(roles)
    return [_unit(session, role, code) for role, code in zip(roles, named, strict=True)]


def _unit(session: Session, role: str, code: str) -> Unit:
    unit = session.scalars(select(Unit).where(Unit.code == code, Unit.active)).one_or_none()
    if unit is None:
        raise Invalid.field("--unit", "cli.user.no_unit", code=code)
    if not fits(role, unit):
        raise Invalid.field("--unit", f"role_unit.{role}")
    return unit


def _password(*, from_stdin: bool) -> str:
    """From the first line of standard input, or asked for twice. Raises Refused."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Refused("cli.user.no_terminal")
    for _ in range(TIMES_ASKED):
        first = _asked("user.ask")
        if first == _asked("user.ask_again"):
            return first
        click.echo(told("user.ask_differs"), err=True)
    raise Refused("cli.user.ask_differs")


def _asked(key: str) -> str:
    return str(click.prompt(told(key), hide_input=True, prompt_suffix="", default="", show_default=False))

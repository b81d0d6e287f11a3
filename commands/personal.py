"""`whistle export` and `whistle erase`: what the house knows of a person, handed to them, and erased."""

from __future__ import annotations

import os
from pathlib import Path

import click
from sqlalchemy.orm import Session

from commands.house import connected, person_called
from commands.spoken import SpokenCommand, argument, option, tell, told
from config import Settings
from models import User
from models.database import database
from models.storage import open_storage
from workflow import personal
from workflow.actors import SYSTEM
from workflow.administration.acts import record
from workflow.errors import NotFound, Refused
from workflow.numbers import LARGEST_ID
from workflow.phones import PhoneBook


@click.command("export", cls=SpokenCommand, help=told("export.help"))
@argument("who", "export.who", metavar="PERSON")
@argument("file", "export.file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
def export(who: str, file: Path) -> None:
    """A ZIP that only its owner may read, never over a file that is there. The record says that it was made."""
    with connected() as settings:
        with database.reading() as session:
            person = _person(session, who, settings)
            collected = personal.collect(session, person, PhoneBook(settings.secret_key))
        storage, made = open_storage(settings.storage_url), os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(file, made, 0o600), "wb") as target:
            try:
                for part in personal.packed(collected, storage):
                    target.write(part)
            except BaseException:
                file.unlink(missing_ok=True)  # half of it would be no answer, and stand in the way of the next try
                raise
        with database.writing() as session:
            record(session, SYSTEM, "user.export", "user", person.id)
    rows = sum(len(each) for each in collected.tables.values())
    tell("export.done", file=file, rows=rows, pictures=len(collected.pictures))


@click.command("erase", cls=SpokenCommand, help=told("erase.help"))
@argument("who", "export.who", metavar="PERSON")
@option("--let-go", key="erase.let_go", is_flag=True)
@option("--name", "typed", key="erase.name", metavar="NAME")
def erase(who: str, let_go: bool, typed: str | None) -> None:
    """Their name must be typed, here or at the prompt."""
    with connected() as settings:
        with database.reading() as session:
            person = _person(session, who, settings)
            found = personal.standing(session, person)
        if person.erasure_asked_at is not None:
            tell("erase.again", number=person.id)
            return
        tell("erase.standing", **vars(found))
        if typed is None:
            asked = told("erase.ask", name=person.name)
            typed = str(click.prompt(asked, prompt_suffix="", default="", show_default=False))
        if typed != person.name:
            raise Refused("leave.name_differs")
        with database.writing() as session:
            personal.ask(session, session.get_one(User, person.id), actor=SYSTEM, let_go=let_go)
    tell("erase.done", number=person.id)


def _person(session: Session, who: str, settings: Settings) -> User:
    """By username, telephone number, or `#` and the number that pages and records show. Raises NotFound."""
    number = who.removeprefix("#")
    if not who.startswith("#"):
        return person_called(session, who, settings)
    known = number.isascii() and number.isdigit() and len(number) < 12 and int(number) <= LARGEST_ID
    person = session.get(User, int(number)) if known else None
    if person is None:
        raise NotFound("cli.no_person", name=who)
    return person

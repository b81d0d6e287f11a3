"""`whistle outbox`: what waits to be done, what was given up and why, and sending it again."""

from __future__ import annotations

import click

from commands.house import connected, local
from commands.kinds import OneOf, Whole
from commands.spoken import argument, group, option, tell, told
from models.database import database
from queues import dead_letters
from queues.dead_letters import Letter
from workflow.actors import SYSTEM
from workflow.administration.acts import record

outbox = group("outbox")


def _state(letter: Letter) -> str:
    if letter.done_at is not None:
        return told("outbox.done")
    return told("outbox.dead" if letter.dead_at is not None else "outbox.waiting")


@outbox.command("list", help=told("outbox.list"))
@option("--state", key="outbox.state", type=OneOf("dead", "waiting", "all"), default="all")
@option("--limit", key="outbox.limit", type=Whole(), default="100")
def index(state: str, limit: int) -> None:
    """One line a row, the dead first."""
    with connected(), database.reading() as session:
        letters = dead_letters.dead(session, limit) if state != "waiting" else []
        letters += dead_letters.waiting(session, limit) if state != "dead" else []
        for each in letters:
            why = (each.last_error or "").split("\n")[0]
            fields = (each.id, _state(each), each.topic, each.ref, local(session, each.due), each.attempts, why)
            click.echo("\t".join(str(field) for field in fields).rstrip())
        figures = dead_letters.figures(session)
    tell("outbox.figures", waiting=figures.waiting, due=figures.due, dead=figures.dead)


@outbox.command("show", help=told("outbox.show"))
@argument("row", "outbox.id", metavar="ID", type=Whole())
def show(row: int) -> None:
    """All of one row."""
    with connected(), database.reading() as session:
        letter = dead_letters.show(session, row)
        click.echo(f"{letter.id}\t{_state(letter)}\t{letter.topic}\t{letter.ref}")
        moments = ("created_at", "due", "lease", "done_at", "dead_at")
        for name in moments:
            click.echo(f"{told(f'outbox.{name}')}\t{local(session, getattr(letter, name))}")
        tell("outbox.tried", attempts=letter.attempts, runs=letter.runs)
        if letter.last_error:
            click.echo(letter.last_error)


@outbox.command("again", help=told("outbox.again"))
@argument("row_ids", "outbox.id", metavar="ID...", type=Whole(), nargs=-1, required=True)
def again(row_ids: tuple[int, ...]) -> None:
    """All of them or, where one cannot be, none."""
    with connected(), database.writing() as session:
        for row in row_ids:
            letter = dead_letters.send_again(session, row, SYSTEM)
            record(session, SYSTEM, "outbox.resend", "outbox", letter.id, topic=letter.topic)
    tell("outbox.sent", count=len(row_ids))

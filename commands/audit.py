"""`whistle audit` and `whistle digest`: whether all stands as it was written, and the export that proves it later."""

from __future__ import annotations

import time
from pathlib import Path

import click

from commands.house import acting, connected
from commands.kinds import Place
from commands.reasons import reason_of
from commands.spoken import SpokenCommand, option, tell, told
from config import Settings, spoken_locale
from models.clock import now
from models.database import database
from workflow import last_done
from workflow.administration.acts import record
from workflow.audit import Tally, snapshot
from workflow.audit import audit as audited
from workflow.audit.against import against, contradicted, renew
from workflow.digests import BrokenDigest, Digest, day_of, latest, set_aside
from workflow.errors import Refused
from workflow.localtime import local_day


@click.command("audit", cls=SpokenCommand, help=told("audit.help"))
@option("--against", "file", key="audit.against", type=Place())
def audit(file: Path | None) -> int:
    """Prints each finding; the status is 1 if there is any."""
    with connected() as settings, snapshot(database) as connection:
        digest = _digest(settings, file)
        started, tally, count = time.monotonic(), Tally(), 0
        for finding in audited(connection, tally):
            click.echo(finding.sentence(spoken_locale()))
            count += 1
        for finding in against(connection, digest) if digest else ():
            click.echo(finding.sentence(spoken_locale()))
            count += 1
        seconds = time.monotonic() - started
    if file is None:
        # What is held against an older copy has findings where all is well, as after a restore.
        last_done.note(settings.data_dir, "audit", count)
    if digest is None:
        tell("audit.no_digest")
    else:
        tell("audit.digest", file=digest.path.name, heads=digest.lines)
    rate = round(tally.total / seconds) if seconds else 0
    tell(
        "audit.findings" if count else "audit.nothing",
        count=count,
        rows=tally.total,
        seconds=f"{seconds:.1f}",
        rate=rate,
    )
    return 1 if count else 0


def _digest(settings: Settings, file: Path | None) -> Digest | None:
    path = file or latest(settings.data_dir / "digests")
    try:
        return Digest.open(path) if path is not None else None
    except BrokenDigest as error:
        raise Refused("audit.digest_broken", file=path) from error


@click.command("digest", cls=SpokenCommand, help=told("digest.help"))
@option("--set-aside", "reason", key="digest.set_aside", metavar="TEXT")
@option("--by", "admin", key="points.by", metavar="ADMIN")
def digest(reason: str | None, admin: str | None) -> None:
    """Writes the digest of the city's day; before that, where it is said why, newer ones that contradict it go."""
    reason = reason_of(reason, admin, "digest.both")
    with connected() as settings:
        folder = settings.data_dir / "digests"
        if reason is not None and admin is not None:
            _set_aside(settings, folder, reason, admin)
        with database.reading() as session:
            day = local_day(session, now())
        with snapshot(database) as connection:
            written = renew(connection, folder, day)
    tell("digest.written", file=written.path, heads=written.lines)


def _set_aside(settings: Settings, folder: Path, reason: str, admin: str) -> None:
    """On record before it is done, so that nobody does it unseen. Raises Refused where every digest still stands."""
    with snapshot(database) as connection:
        paths = contradicted(connection, folder)
    if not paths:
        raise Refused("cli.digest.none_aside")
    days = [day_of(path) for path in reversed(paths)]
    with database.writing() as session:
        decider = acting(session, admin, settings, "admin")
        record(session, decider, "digest.set_aside", "digest", days[0], words={"reason": reason}, days=days)
    for path in paths:
        set_aside(path, now())
    tell("digest.aside", count=len(days), first=days[0], last=days[-1])

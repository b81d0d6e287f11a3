"""The database held against a digest that was exported before: what it says stood there must still stand there."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, select

from models.lifecycle import Lifecycle
from workflow.audit.findings import Findings, found
from workflow.audit.reading import name_of
from workflow.digests import ACCOUNT, BrokenDigest, Digest, Head, account_heads, export, heads, latest, newest_first
from workflow.engine.machines import vocabularies
from workflow.errors import Refused
from workflow.say import LOCALES

BATCH = 500
MOST_NAMED = 100


def against(connection: Connection, digest: Digest) -> Findings:
    """Every history and account that was cut off, rewritten or taken away since the digest."""
    try:
        for vocabulary in vocabularies():
            yield from _histories(connection, vocabulary.model, digest)
        yield from _accounts(connection, digest)
    except (BrokenDigest, ValueError, TypeError):
        yield found("digest_broken", file=digest.path.name)


def _histories(connection: Connection, model: type[Lifecycle], digest: Digest) -> Findings:
    grown: list[tuple[str, Head]] = []
    now = heads(connection, model)
    here = next(now, None)
    for pin in digest.heads(model.kind):
        while here is not None and here[1].id < pin.id:
            here = next(now, None)
        if here is None or here[1].id != pin.id:
            yield found("ticket_gone", ticket=name_of(model.kind, pin.id), day=str(digest.day), events=pin.seq)
            continue
        name, head = here
        if head.seq < pin.seq:
            yield found("history_cut", ticket=name, day=str(digest.day), events=pin.seq, left=head.seq)
        elif head.seq > pin.seq:
            grown.append((name, pin))
        elif head.hash != pin.hash:
            yield found("history_rewritten", ticket=name, day=str(digest.day), seq=pin.seq)
        if len(grown) == BATCH:
            yield from _grown(connection, model, digest, grown)
            grown.clear()
    yield from _grown(connection, model, digest, grown)


def _grown(connection: Connection, model: type[Lifecycle], digest: Digest, grown: list[tuple[str, Head]]) -> Findings:
    event = model.history
    query = select(event.subject_id, event.seq, event.hash).where(event.subject_id.in_([pin.id for _, pin in grown]))
    stored = {(subject_id, seq): seal for subject_id, seq, seal in connection.execute(query)}
    for name, pin in grown:
        if stored.get((pin.id, pin.seq)) != pin.hash:
            yield found("history_rewritten", ticket=name, day=str(digest.day), seq=pin.seq)


def _accounts(connection: Connection, digest: Digest) -> Findings:
    now = account_heads(connection)
    here = next(now, None)
    for pin in digest.heads(ACCOUNT):
        left = 0
        while here is not None and (here.id, here.seq) < (pin.id, pin.seq):
            left = here.seq if here.id == pin.id else 0
            here = next(now, None)
        if here is None or (here.id, here.seq) != (pin.id, pin.seq):
            yield found("account_cut", account=pin.id, day=str(digest.day), postings=pin.seq, left=left)
        elif (here.hash, here.balance) != (pin.hash, pin.balance):
            yield found("account_rewritten", account=pin.id, day=str(digest.day), seq=pin.seq)


def contradicted(connection: Connection, folder: Path) -> list[Path]:
    """The newest digests that the database contradicts, up to the first that still stands; newest first."""
    found_here = []
    for path in newest_first(folder):
        # What is no whole digest proves nothing.
        with suppress(BrokenDigest):
            if next(against(connection, Digest.open(path)), None) is None:
                break
        found_here.append(path)
    return found_here


def renew(connection: Connection, folder: Path, day: date) -> Digest:
    """Write the digest of `day`, where all that the newest one says still stands: else it would be hidden by this.

    Raises Refused, saying how many things differ and the first of them, or naming a newest file that is none.
    """
    newest = latest(folder)
    if newest is not None:
        try:
            last = Digest.open(newest)
        except BrokenDigest as error:
            raise Refused("digest.broken", file=newest.name) from error
        findings = list(islice(against(connection, last), MOST_NAMED))
        if findings:
            raise Refused(
                "digest.contradicted",
                file=newest.name,
                count=len(findings),
                first={locale: findings[0].sentence(locale) for locale in LOCALES},
            )
    return export(connection, folder, day)

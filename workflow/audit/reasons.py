"""Why points were taken back: as it was written, or erased on purpose; never altered, gone or added."""

from __future__ import annotations

import re

from sqlalchemy import Connection, or_, select

from models import Journal, JournalWords
from workflow.audit.findings import Findings, Tally, found
from workflow.audit.reading import plain, stream
from workflow.engine.history import hash_words

HASH = re.compile(r"[0-9a-f]{64}")


def check(connection: Connection, tally: Tally) -> Findings:
    """Hold each reason against the salted hash that its journal keeps of it. A journal from before there were such
    hashes holds its reason itself, under its own."""
    words, count = JournalWords, 0
    columns = plain(
        connection, Journal.id, Journal.key, Journal.reason, words.journal_id, words.salt, words.words, words.erased_at
    )
    query = select(*columns).select_from(Journal).outerjoin(words, words.journal_id == Journal.id)
    query = query.where(or_(Journal.kind == "reversal", words.journal_id.is_not(None))).order_by(Journal.id)
    for journal_id, key, kept, row, salt, text, erased in stream(connection, query):
        count += row is not None
        if row is None and not HASH.fullmatch(str(kept)):
            continue
        wrong = None
        if row is None or (text is None and erased is None):
            wrong = "reason_missing"
        elif text is not None and erased is not None:
            wrong = "reason_not_erased"
        elif text is not None and hash_words(str(salt), str(text)) != kept:
            wrong = "reason_altered"
        if wrong is not None:
            yield found(wrong, journal=journal_id, named=key)
    stray = select(words.journal_id).outerjoin(Journal, Journal.id == words.journal_id).where(Journal.id.is_(None))
    for (journal_id,) in stream(connection, stray.order_by(words.journal_id)):
        yield found("reason_stray", journal=journal_id)
    tally.add(JournalWords.__tablename__, count)

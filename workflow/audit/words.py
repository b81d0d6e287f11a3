"""What people wrote: as it was written, or erased on purpose; never altered, gone or added."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select

from models.lifecycle import Lifecycle
from workflow.audit.findings import Findings, Tally, found
from workflow.audit.reading import label_of, name_of, plain, stream, table_of
from workflow.engine.history import hash_words


def check(connection: Connection, model: type[Lifecycle], tally: Tally) -> Findings:
    """Hold each event's words against the salted hash that the event keeps of them."""
    event, words, count = model.history, model.words, 0
    columns = plain(
        connection, event.subject_id, label_of(model), event.seq, event.words_hash, words.event_id, words.salt,
        words.words, words.erased_at,
    )  # fmt: skip
    query = (
        select(*columns)
        .select_from(event)
        .outerjoin(words, words.event_id == event.id)
        .outerjoin(model, model.id == event.subject_id)
        .where(or_(event.words_hash.is_not(None), words.event_id.is_not(None)))
        .order_by(event.id)
    )
    for subject_id, label, seq, kept, row, salt, text, erased in stream(connection, query):
        key = None
        if row is None:
            key = "words_missing"
        else:
            count += 1
            if kept is None:
                key = "words_added"
            elif text is not None and erased is not None:
                key = "words_not_erased"
            elif text is None and erased is None:
                key = "words_missing"
            elif text is not None and _hash(salt, text) != kept:
                key = "words_altered"
        if key is not None:
            yield found(key, ticket=name_of(label or model.kind, subject_id), seq=seq)
    stray = select(words.event_id).outerjoin(event, event.id == words.event_id).where(event.id.is_(None))
    for (event_id,) in stream(connection, stray.order_by(words.event_id)):
        yield found("words_stray", event=event_id)
    tally.add(table_of(words), count)


def _hash(salt: object, text: object) -> str:
    try:
        return hash_words(str(salt), str(text))
    except ValueError:
        return "unreadable"

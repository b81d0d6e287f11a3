"""Does everything stand as it was written? Reads all of history and ledger again and names what does not.

    with snapshot(database) as connection:
        for finding in audit(connection, tally := Tally()):
            print(finding.sentence("en"))

What a history proves of a ticket is its state and version; what people may still change (place, category, handler) is
in the history's events and not held against the ticket's row. A forger who recomputes every hash is found by a digest
that was exported before (`workflow.digests`), and only by it.
"""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from models import Act, Journal, Posting
from models.append_only import guarded
from workflow.audit import accounts, awards, histories, journals, reasons, words
from workflow.audit.definitions import Definitions
from workflow.audit.findings import Finding, Findings, Tally, found
from workflow.audit.reading import snapshot, table_of
from workflow.engine.machines import vocabularies
from workflow.report import REPORT

__all__ = ["Finding", "Tally", "audit", "snapshot"]


def audit(connection: Connection, tally: Tally) -> Findings:
    """Everything that is not as it was written, row by row; `tally` counts what was read."""
    lifecycles = [each.model for each in vocabularies()]
    if REPORT.model not in lifecycles:
        raise LookupError("no lifecycle is registered")
    grown = [model.__tablename__ for model in (Journal, Posting, Act)]
    tables = [*(table_of(model.history) for model in lifecycles), *grown]
    for table in tables:
        if not guarded(connection, table):
            yield found("unguarded", table=table)
    definitions = Definitions()
    parts = [("definitions", definitions.read(connection, tally))]
    for model in lifecycles:
        parts.append((table_of(model.history), histories.check(connection, model, definitions, tally)))
        parts.append((table_of(model.words), words.check(connection, model, tally)))
    parts.append(("journal", journals.check(connection, tally)))
    parts.append(("journal_words", reasons.check(connection, tally)))
    parts.append(("accounts", accounts.check(connection, tally)))
    for name, findings in parts:
        yield from _readable(name, findings)
    yield from _readable("awards", awards.check(connection, definitions.paying, tally))


def _readable(table: str, findings: Findings) -> Findings:
    """What cannot even be read is a finding too: in a SQLite file anything can be put into any column."""
    try:
        yield from findings
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        yield found("unreadable", table=table, why=str(error.orig).splitlines()[0])
    except (TypeError, ValueError) as error:
        yield found("unreadable", table=table, why=str(error))

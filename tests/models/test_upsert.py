"""A row that is there already is no error and no second row."""

from __future__ import annotations

from sqlalchemy import func, select

from models import Account
from models.database import Database
from models.upsert import insert_missing


def test_a_row_is_inserted_once(db: Database) -> None:
    with db.writing() as session:
        inserted = [insert_missing(session, Account, kind="issuance", user_id=None) for _ in range(3)]
        assert inserted == [True, False, False]
        row = session.scalars(select(Account)).one()
        assert (row.kind, row.balance, row.seq) == ("issuance", 0, 0)
        row.balance = -5
    with db.writing() as session:
        assert not insert_missing(session, Account, kind="issuance", user_id=None, balance=7)
        assert session.scalar(select(func.sum(Account.balance))) == -5, "what is there is left as it is"

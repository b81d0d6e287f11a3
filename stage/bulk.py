"""Many finished reports at once, with right hashes, written past the engine: for measuring what reads all of them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from models import Account, Award, Event, EventWords, Journal, Posting, Rule, Ticket, Unit, User
from models.base import canonical
from models.clock import now
from models.ledger import seal_award
from workflow import ledger
from workflow.engine.history import hash_content, hash_words, iso
from workflow.engine.machines import current

STEPS = (
    ("open", "new", "submitted", "{}", None),
    ("triage", "submitted", "triaged", '{"category":"06010"}', None),
    ("comment", "triaged", "triaged", "{}", "请尽快派单，路口每天都堵。"),
    ("assign", "triaged", "assigned", '{"assisting":["market"],"department":"enforcement"}', None),
    ("accept", "assigned", "in_progress", "{}", None),
    ("comment", "in_progress", "in_progress", "{}", "已联系物业，下午到场。"),
    ("urge", "in_progress", "in_progress", "{}", "请注意时限。"),
    ("resolve", "in_progress", "resolved", '{"photos":["photo1"]}', "垃圾已清运，地面已冲洗。"),
    ("confirm", "resolved", "confirmed", '{"rating":5}', None),
    ("reward", "confirmed", "rewarded", '{"points":10}', None),
)
RESOLVED = next(number for number, step in enumerate(STEPS, start=1) if step[0] == "resolve")
POINTS = 10
BATCH = 500


def finished_reports(session: Session, count: int, rider: str = "alice") -> None:
    """Add `count` rewarded reports of ten events each, with what was written and what was paid."""
    person = session.scalars(select(User).where(User.username == rider)).one()
    unit = session.scalars(select(Unit).where(Unit.code == "loufeng")).one()
    rule = session.scalars(select(Rule).where(Rule.kind == "reward", Rule.code == "report")).one()
    accounts = ledger.lock_accounts(session, person.id)
    writer = _Writer(session, person, unit, rule, accounts["issuance", None], accounts["rider", person.id])
    while count > 0:
        writer.write(min(count, BATCH))
        count -= BATCH


class _Writer:
    def __init__(
        self, session: Session, person: User, unit: Unit, rule: Rule, issuance: Account, purse: Account
    ) -> None:
        self.session, self.person, self.unit, self.rule = session, person, unit, rule
        self.issuance, self.purse = issuance, purse
        self.definition = current(session, Ticket.kind).id
        self.rows: dict[Any, list[dict[str, Any]]] = {}
        self.ids: Counter[Any] = Counter()
        for model in (Ticket, Event, Journal):
            self.ids[model] = session.scalar(select(func.max(model.id))) or 0

    def write(self, count: int) -> None:
        """A batch, in one insert a table."""
        self.rows = {model: [] for model in (Ticket, Event, EventWords, Journal, Posting, Award)}
        for _ in range(count):
            self._ticket()
        for model, rows in self.rows.items():
            self.session.execute(insert(model), rows)
        self.session.flush()
        if self.session.get_bind().dialect.name == "postgresql":
            for model in (Ticket, Event, Journal):
                name = func.pg_get_serial_sequence(model.__tablename__, "id")
                self.session.execute(select(func.setval(name, self.ids[model])))

    def _next(self, model: Any) -> int:
        self.ids[model] += 1
        return int(self.ids[model])

    def _ticket(self) -> None:
        number, moment = self._next(Ticket), now()
        resolved = moment + timedelta(minutes=RESOLVED)
        self.rows[Ticket].append({
            "id": number, "state": "rewarded", "version": len(STEPS), "definition_id": self.definition,
            "series": "SIP-26", "public_id": f"bulk{number}", "reporter_id": self.person.id, "anonymous": False,
            "latitude": 31.305, "longitude": 120.655, "datum": "wgs84", "created_at": moment, "updated_at": moment,
            "unit_id": self.unit.id, "priority": "normal", "send_backs": 0, "extensions": 0, "urges": 1, "reworks": 0,
            "reopens": 0, "appeals": 0, "settled_at": resolved, "resolved_at": resolved,
        })  # fmt: skip
        previous = ""
        for seq, step in enumerate(STEPS, start=1):
            previous = self._event(number, seq, step, moment + timedelta(minutes=seq), previous)
        self._award(number, moment)

    def _event(
        self, number: int, seq: int, step: tuple[str, str, str, str, str | None], at: datetime, previous: str
    ) -> str:
        action, start, end, details, words = step
        row = self._next(Event)
        salt = f"{row:032x}"
        text = canonical({"note": words})
        kept = hash_words(salt, text) if words else None
        seal = hash_content(
            Ticket.kind, number, seq, iso(at), self.person.id, "rider", None, action, start, end, details, True, kept,
            previous,
        )  # fmt: skip
        self.rows[Event].append({
            "id": row, "subject_id": number, "seq": seq, "at": at, "actor_id": self.person.id, "actor_role": "rider",
            "actor_unit_id": None, "action": action, "from_state": start, "to_state": end, "details": details,
            "public": True, "words_hash": kept, "previous_hash": previous, "hash": seal,
        })  # fmt: skip
        if words:
            self.rows[EventWords].append({"event_id": row, "salt": salt, "words": {"note": words}})
        return seal

    def _award(self, number: int, at: datetime) -> None:
        journal = self._next(Journal)
        postings = []
        for account, amount in ((self.issuance, -POINTS), (self.purse, POINTS)):
            account.balance += amount
            account.seq += 1
            postings.append((account.id, amount, account.seq, account.balance))
        key = f"award:{number}:{self.rule.id}:{self.person.id}"
        about = ("award", key, number, self.rule.id, None, None, None, iso(at))
        self.rows[Journal].append({
            "id": journal, "kind": "award", "key": key, "ticket_id": number, "rule_id": self.rule.id, "at": at,
            "hash": ledger.hash_content(about, postings),
        })  # fmt: skip
        for account_id, amount, seq, balance in postings:
            self.rows[Posting].append({
                "journal_id": journal, "account_id": account_id, "amount": amount, "seq": seq,
                "balance_after": balance,
            })  # fmt: skip
        content = (number, self.rule.id, self.person.id, at.date().isoformat(), POINTS, POINTS, "paid", journal)
        self.rows[Award].append({
            "ticket_id": number, "rule_id": self.rule.id, "user_id": self.person.id, "day": at.date(),
            "wanted": POINTS, "points": POINTS, "state": "paid", "journal_id": journal, "hash": seal_award(content),
        })  # fmt: skip

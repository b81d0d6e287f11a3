"""Who is owed what: the rules of awards, joins, merges and reversals in plain Python, without a database."""

from __future__ import annotations

from dataclasses import dataclass, field

PEOPLE = ("rider0", "rider1", "rider2", "rider3")
POINTS = {"06010": 10, "01001": 20}
JOIN = 1
JOINABLE = ("submitted", "triaged")
MERGEABLE = ("submitted", "triaged")
RUNNING = ("submitted", "triaged", "resolved", "confirmed")
COUNTS = ("pending", "paid")
Key = tuple[str, str]


@dataclass
class Promise:
    """What a rule sets aside for a person at a ticket."""

    points: int
    state: str = "pending"
    reversed: bool = False


@dataclass(eq=False)
class Known:
    """A ticket. `direct` joined it themselves; who else has joined it came with a ticket that was merged into it."""

    id: int
    reporter: str
    anonymous: bool
    state: str = "submitted"
    category: str | None = None
    direct: set[str] = field(default_factory=set)
    into: Known | None = None
    appeals: int = 0
    promises: dict[Key, Promise] = field(default_factory=dict)
    """By rule and person."""


class Owed:
    """All tickets and purses."""

    def __init__(self, day_cap: int) -> None:
        self.tickets: dict[int, Known] = {}
        self.merges = 0
        self._cap = day_cap
        self._net = dict.fromkeys(PEOPLE, 0)

    # What is there

    def in_state(self, *states: str) -> list[Known]:
        return [each for each in self.tickets.values() if each.state in states]

    def pick(self, number: int, *states: str) -> Known:
        candidates = self.in_state(*states)
        return candidates[number % len(candidates)]

    def living(self) -> list[Known]:
        """Those to which something can still happen."""
        return [each for each in self.tickets.values() if each.state != "rejected" or not each.appeals]

    def last(self, ticket: Known) -> Known:
        """What it follows in the end."""
        return ticket if ticket.into is None else self.last(ticket.into)

    def unmergeable(self) -> list[Known]:
        """Merged, and of a known category, be it that of what it follows."""
        return [each for each in self.in_state("merged") if each.category or (each.into and each.into.category)]

    def reopenable(self) -> list[Known]:
        """Ended; a rejection is appealed once."""
        return [each for each in self.in_state("rewarded", "closed", "rejected")
                if each.state != "rejected" or not each.appeals]  # fmt: skip

    def reversible(self) -> list[tuple[Known, Key]]:
        """What was paid and not taken back."""
        return [
            (ticket, key)
            for ticket in self.tickets.values()
            for key, each in ticket.promises.items()
            if each.state == "paid" and not each.reversed
        ]

    def joined(self, ticket: Known) -> set[str]:
        """Who joined it, by themselves or with what was merged into it."""
        return set(self._arrivals(ticket))

    def _arrivals(self, ticket: Known) -> dict[str, bool]:
        """Everybody who joined; True for those who came only with a report of their own that has no name."""
        found = dict.fromkeys(ticket.direct, False)
        for other in self.tickets.values():
            if other.into is ticket:
                for person, nameless in {**self._arrivals(other), other.reporter: other.anonymous}.items():
                    found[person] = found.get(person, True) and nameless
        found.pop(ticket.reporter, None)
        return found

    def _named(self, ticket: Known) -> set[str]:
        return {person for person, nameless in self._arrivals(ticket).items() if not nameless}

    def all_joined(self) -> set[tuple[int, str]]:
        return {(each.id, person) for each in self.tickets.values() for person in self.joined(each)}

    def all_awards(self) -> dict[tuple[int, str, str], tuple[int, str]]:
        return {
            (ticket.id, *key): (each.points, each.state)
            for ticket in self.tickets.values()
            for key, each in ticket.promises.items()
        }

    def all_balances(self) -> dict[Key, int]:
        """What is in each purse, and what is owed: never both."""
        return {(person, "rider" if net > 0 else "debt"): net for person, net in self._net.items() if net}

    # What happens

    def report(self, number: int, who: str, anonymous: bool, category: str | None) -> None:
        self.tickets[number] = Known(number, who, anonymous, category=category)

    def triage(self, ticket: Known, category: str) -> None:
        ticket.state, ticket.category = "triaged", category
        self._reserve(ticket)

    def join(self, ticket: Known, who: str) -> None:
        ticket.direct.add(who)
        if ticket.state != "submitted":
            self._reserve(ticket)

    def end(self, ticket: Known, state: str) -> None:
        ticket.state = state
        self._release(ticket)

    def merge(self, ticket: Known, into: Known) -> None:
        self.end(ticket, "merged")
        self.merges += 1
        ticket.into = into
        if into.state != "submitted":
            self._reserve(into)

    def unmerge(self, ticket: Known) -> None:
        left = ticket.into
        assert left is not None
        ticket.category = ticket.category or left.category
        ticket.into, ticket.state = None, "triaged"
        while left is not None:
            for (code, person), promise in left.promises.items():
                if code == "join" and person not in self._named(left) and promise.state == "pending":
                    promise.state = "released"
            left = left.into
        self._reserve(ticket)

    def settle(self, ticket: Known) -> None:
        self._reserve(ticket)
        if not any(each.points and each.state in COUNTS for each in ticket.promises.values()):
            self.end(ticket, "closed")
            return
        ticket.state = "rewarded"
        for (_, person), each in ticket.promises.items():
            if each.state == "pending" and each.points:
                each.state = "paid"
                self._net[person] += each.points

    def reopen(self, ticket: Known) -> None:
        if ticket.state == "rejected":
            ticket.state, ticket.appeals = "submitted", ticket.appeals + 1
            return
        ticket.state = "triaged"
        self._reserve(ticket)

    def held(self, who: str) -> int:
        """What is in a purse."""
        return max(0, self._net[who])

    def spend(self, who: str, points: int) -> None:
        self._net[who] -= points

    def reverse(self, ticket: Known, code: str, who: str) -> None:
        promise = ticket.promises[code, who]
        promise.reversed = True
        self._net[who] -= promise.points

    def _reserve(self, ticket: Known) -> None:
        wanted = {} if ticket.anonymous else {("report", ticket.reporter): POINTS[ticket.category or ""]}
        wanted |= {("join", person): JOIN for person in self._named(ticket)}
        for key, points in wanted.items():
            promise = ticket.promises.get(key)
            if promise is None or promise.state not in COUNTS:
                ticket.promises[key] = Promise(min(points, self._cap - self._used(key[1])))

    def _used(self, who: str) -> int:
        return sum(
            each.points
            for ticket in self.tickets.values()
            for (_, person), each in ticket.promises.items()
            if person == who and each.state in COUNTS
        )

    def _release(self, ticket: Known) -> None:
        for each in ticket.promises.values():
            if each.state == "pending":
                each.state = "released"

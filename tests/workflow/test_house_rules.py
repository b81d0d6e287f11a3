"""Rules that no tool knows: who moves a ticket, who commits, who asks for tickets, who talks to Redis. Read from the
code itself; a new place is a decision, and is written down here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.workflow.test_imports import ROOT, imports, named

PRODUCT = ("models", "workflow", "queues", "web", "commands")
FILES = [file for part in PRODUCT for file in sorted((ROOT / part).rglob("*.py"))]

MOVED = {
    "workflow/engine/machines.py: move.subject.state",
    "workflow/engine/firing.py: self.state",  # an error's own
    "models/ledger.py: award.state",
    "workflow/ledger.py: due.state",  # awards from here on
    "workflow/points/awards.py: row.state",
    "workflow/points/awards.py: each.state",
    "workflow/report/joining.py: award.state",
    "workflow/personal/erasing.py: award.state",
}
COMMITS = {"models/database.py", "models/migrations.py"}
OPENS = {"workflow/bootstrap.py", "workflow/administration/invitations.py", "workflow/importing/run.py"} | {
    "workflow/whose_files.py",
    *(f"workflow/identity/{each}.py" for each in ("signing_in", "sign_ins", "new_password")),
}
"""Entry points of the workflow: hashes, pictures and storages take time, which no open transaction may wait for."""
UNSCOPED = {
    "web/api/nearby.py",  # a picture of a report that riders nearby may know of, by its opaque id
    "web/api/notifications.py",  # the number of a ticket that the reader's own inbox names
    "web/pages/inbox.py",  # the same
    "web/pages/rider/mine.py",  # sums over what they sent themselves
    "web/pages/admin/drawn.py",  # how many there are in each state
}
TALKERS = {"queues/worker.py", "queues/relay.py", "queues/connection.py", "queues/health.py", "queues/preflight.py"} | {
    "queues/gauges.py"  # asks how much waits, and puts nothing there
}


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            yield file, node


def targets(node: ast.AST) -> Iterator[ast.expr]:
    """What a statement assigns to, each part of a tuple by itself."""
    found = node.targets if isinstance(node, ast.Assign) else []
    found += [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []
    for each in found:
        yield from each.elts if isinstance(each, ast.Tuple | ast.List) else [each]


def calls(method: str) -> set[str]:
    """The files that call a method of this name."""
    return {
        named(file)
        for file, node in nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
    }


def test_only_the_engine_moves_a_ticket() -> None:
    found = {
        f"{named(file)}: {ast.unparse(each)}"
        for file, node in nodes()
        for each in targets(node)
        if isinstance(each, ast.Attribute) and each.attr == "state"
    }
    assert found == MOVED
    for file, node in nodes():
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "setattr":
            assert "'state'" not in ast.unparse(node), named(file)


def test_no_statement_moves_tickets_past_the_engine() -> None:
    for file, node in nodes():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
            written = ast.unparse(node.func.value)
            assert "update(Ticket)" not in written or "state" not in {each.arg for each in node.keywords}, named(file)


def test_helpers_neither_commit_nor_open_transactions() -> None:
    assert calls("commit") == COMMITS
    assert {each for each in calls("writing") if each.startswith(("models/", "workflow/"))} == OPENS


def test_a_view_asks_for_tickets_as_its_reader_may_see_them() -> None:
    """`visible_tickets`, `get_ticket` and what is made of them; any other query for tickets is one of the few above."""
    found = set()
    for file, node in nodes():
        if named(file).startswith("web/") and isinstance(node, ast.Call):
            asked = ast.unparse(node.func).rpartition(".")[2] in ("select", "get", "get_one", "query", "select_from")
            entities = {name.id for each in node.args for name in ast.walk(each) if isinstance(name, ast.Name)}
            if asked and "Ticket" in entities:
                found.add(named(file))
    assert found <= UNSCOPED, found - UNSCOPED


def test_few_talk_to_redis() -> None:
    found = {
        named(file)
        for file in FILES
        for module in imports(file)
        if module.split(".")[0] == "redis" or (module == "queues.connection" and "connect(" in file.read_text())
    }
    assert found <= TALKERS, found - TALKERS

"""Every icon that a page asks for is in the sprite, and the sprite, which every phone loads, carries no other."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

from web.pages import nav
from web.pages.admin import frame
from web.pages.desk import views

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = [
    Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
    for path in (ROOT / "web" / "templates").rglob("*.html")
]
PARAMETER = "icon_name"


def test_the_sprite_carries_what_is_asked_for_and_nothing_else() -> None:
    carried = {path.stem for path in (ROOT / "web" / "static" / "vendor" / "lucide").glob("*.svg")}
    asked = set(in_templates()) | in_pages() | in_cities()
    assert not asked - carried
    assert not carried - asked


def in_pages() -> set[str]:
    """Those of the navigations."""
    sections = [frame.FIRST, *(each for group in frame.GROUPS.values() for each in group)]
    return {each.icon for each in nav.ITEMS} | {each.icon for each in sections} | set(views.ICONS.values())


def in_cities() -> set[str]:
    """Those of the groups that riders choose from."""
    found = set()
    for path in (ROOT / "cities").glob("*/groups.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found |= {row["icon"] for row in csv.DictReader(file)}
    return found


def in_templates() -> Iterator[str]:
    """Those that `icon` and the parts that take an icon are called with, and those of tables of icons."""
    places = {"icon": 0}
    for tree in TEMPLATES:
        for macro in tree.find_all(nodes.Macro):
            names = [each.name for each in macro.args]
            if PARAMETER in names:
                places[macro.name] = names.index(PARAMETER)
                usual = dict(zip(reversed(names), reversed(macro.defaults), strict=False))
                yield from words(usual[PARAMETER])
    for tree in TEMPLATES:
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in places:
                yield from (word for each in call.args[places[call.node.name] :][:1] for word in words(each))
                yield from (word for each in call.kwargs if each.key == PARAMETER for word in words(each.value))
        for table in tree.find_all(nodes.Assign):
            if isinstance(table.target, nodes.Name) and table.target.name == "ICONS":
                yield from words(table.node)


def words(node: nodes.Node) -> Iterator[str]:
    """The names in an expression: of a table its values, of a choice what may be chosen."""
    if isinstance(node, nodes.Const):
        yield from [node.value] if isinstance(node.value, str) else []
    elif isinstance(node, nodes.Dict):
        yield from (word for pair in node.items for word in words(pair.value))
    elif isinstance(node, nodes.CondExpr):
        yield from (word for each in (node.expr1, node.expr2) if each is not None for word in words(each))
    elif isinstance(node, nodes.Getitem):
        yield from words(node.node)
    else:
        yield from (word for each in node.iter_child_nodes() for word in words(each))

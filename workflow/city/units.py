"""units.csv: the city's tree of organisation units."""

from __future__ import annotations

from workflow.city.city_file import FILE as CITY_FILE
from workflow.city.files import Folder
from workflow.city.pack import Unit, Words
from workflow.city.record import Record

FILE = "units.csv"
COLUMNS = ("code", "kind", "parent", "zh", "en")
PARENTS = {
    "city": (),
    "street": ("city",),
    "community": ("street",),
    "grid": ("street", "community"),
    "department": ("city", "department"),
}
"""Under what each kind of unit may stand: streets below the city, communities below streets."""
LONGEST_PATH = 255


def read_units(folder: Folder, city_code: str) -> tuple[Unit, ...]:
    """The units, every one after its parent."""
    rows: dict[str, Record] = {}
    for row in folder.rows(FILE, COLUMNS):
        code = row.code("code")
        if code in rows:
            row.wrong("code", "double_code", value=code, first=rows[code].line)
        elif code:
            rows[code] = row
    kinds = {code: row.choice("kind", tuple(PARENTS)) for code, row in rows.items()}
    parents = {code: _parent(row, kinds[code], kinds) for code, row in rows.items()}
    if rows:
        _hold_one_city(folder, kinds, city_code)
    units = [_unit(code, row, kinds[code], parents) for code, row in rows.items()]
    return tuple(sorted(units, key=lambda unit: unit.path.count("/")))


def _parent(row: Record, kind: str, kinds: dict[str, str]) -> str | None:
    if not kind:
        return row.code("parent") or None
    allowed = PARENTS[kind]
    if not row.has("parent"):
        if allowed:
            row.wrong("parent", "no_parent", kind=kind, choices=", ".join(allowed))
        return None
    parent = row.code("parent")
    if parent and parent not in kinds:
        row.wrong("parent", "unknown_unit", value=parent)
        return None
    if parent and kinds[parent] and kinds[parent] not in allowed:
        row.wrong("parent", "wrong_parent", kind=kind, value=parent, parent_kind=kinds[parent])
        return None
    return parent or None


def _hold_one_city(folder: Folder, kinds: dict[str, str], city_code: str) -> None:
    cities = [code for code, kind in kinds.items() if kind == "city"]
    if len(cities) != 1:
        folder.mistakes.add(FILE, 1, "not_one_city", count=len(cities))
    elif city_code and city_code != cities[0]:
        folder.mistakes.add(CITY_FILE, 1, "other_city", value=city_code, city=cities[0])


def _unit(code: str, row: Record, kind: str, parents: dict[str, str | None]) -> Unit:
    codes = [code]
    while (above := parents.get(codes[0])) is not None and above in parents:
        if above in codes:
            row.wrong("parent", "circle", value=above)
            break
        codes.insert(0, above)
    path = "".join(f"{part}/" for part in codes)
    if len(path) > LONGEST_PATH:
        row.wrong("parent", "too_long", longest=LONGEST_PATH)
    return Unit(code, kind, Words(row.text("zh", 64), row.text("en", 96)), parents[code], path)

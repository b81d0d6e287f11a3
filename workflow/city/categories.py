"""groups.csv and categories.csv: what a report may be about, who deals with it, in what time, for how many points."""

from __future__ import annotations

from workflow.city.city_file import read_limit
from workflow.city.files import Folder
from workflow.city.pack import Category, Group, Unit, Words
from workflow.city.record import Record

GROUPS_FILE = "groups.csv"
GROUP_COLUMNS = ("code", "zh", "en", "icon", "order")
FILE = "categories.csv"
COLUMNS = (
    "scheme", "kind", "code", "class", "name", "name_en", "group", "usual", "department", "limit_minutes", "counts",
    "urgent", "photo_required", "evidence_required", "points", "keywords",
)  # fmt: skip
MOST_POINTS = 10_000


def read_groups(folder: Folder) -> tuple[Group, ...]:
    """The groups in their order."""
    groups: dict[str, Group] = {}
    lines: dict[str, int] = {}
    for row in folder.rows(GROUPS_FILE, GROUP_COLUMNS):
        group = Group(row.code("code"), Words(row.text("zh", 32), row.text("en", 64)), row.code("icon", 48),
                      row.whole("order", 0, 1000))  # fmt: skip
        if group.code in groups:
            row.wrong("code", "double_code", value=group.code, first=lines[group.code])
        elif group.code:
            groups[group.code], lines[group.code] = group, row.line
    return tuple(sorted(groups.values(), key=lambda group: group.position))


def read_categories(folder: Folder, groups: tuple[Group, ...], units: tuple[Unit, ...]) -> tuple[Category, ...]:
    """The categories in the file's order."""
    group_codes = {group.code for group in groups}
    departments = {unit.code for unit in units if unit.kind == "department"}
    categories: dict[str, Category] = {}
    lines: dict[str, int] = {}
    for row in folder.rows(FILE, COLUMNS):
        category = _category(row)
        if category.group and group_codes and category.group not in group_codes:
            row.wrong("group", "unknown_group", value=category.group)
        if category.department and departments and category.department not in departments:
            row.wrong("department", "unknown_department", value=category.department)
        if category.usual is not None and not category.name_en:
            row.wrong("name_en", "missing_value")
        if category.code in categories:
            row.wrong("code", "double_code", value=category.code, first=lines[category.code])
        elif category.code:
            categories[category.code], lines[category.code] = category, row.line
    return tuple(categories.values())


def _category(row: Record) -> Category:
    return Category(
        scheme=row.text("scheme", 48),
        kind=row.text("kind", 16),
        code=row.code("code", 16),
        class_name=row.text("class", 32),
        name_zh=row.text("name", 64),
        name_en=row.text("name_en", 96) if row.has("name_en") else None,
        group=row.code("group"),
        usual=row.whole("usual", 1, 1000) if row.has("usual") else None,
        department=row.code("department"),
        limit=read_limit(row, "limit_minutes"),
        urgent=row.flag("urgent"),
        photo_required=row.flag("photo_required"),
        evidence_required=row.flag("evidence_required"),
        points=row.whole("points", 0, MOST_POINTS),
        keywords=_keywords(row),
    )


def _keywords(row: Record) -> tuple[str, ...]:
    if not row.has("keywords"):
        return ()
    words = [word.strip() for word in row.text("keywords", 2000).split("|")]
    for place, word in enumerate(words):
        if not word:
            row.wrong("keywords", "blank_keyword")
        elif word in words[:place]:
            row.wrong("keywords", "double_keyword", value=word)
    return tuple(words)

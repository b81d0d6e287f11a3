"""Reading a whole pack: every file, then what one file says of another; all mistakes at once, or the pack."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from pathlib import Path

from workflow.city.areas import read_areas
from workflow.city.calendar import read_calendar
from workflow.city.categories import read_categories, read_groups
from workflow.city.city_file import read_city
from workflow.city.files import Folder
from workflow.city.mistakes import Mistakes
from workflow.city.pack import Pack
from workflow.city.rules import read_rewards, read_routing
from workflow.city.units import read_units


def read_pack(path: Path) -> Pack:
    """The pack in the folder `path`.

    Raises PackError with every mistake by file, line and reason; a city.yaml that cannot be read at all hides what
    the other files would be held against, so it alone is named then.
    """
    mistakes = Mistakes()
    folder = Folder(path, mistakes)
    city = read_city(folder)
    if city is None:
        mistakes.hold(str(path))
        raise AssertionError("a city file that gives nothing has a mistake")
    units = read_units(folder, city.code)
    groups = read_groups(folder)
    categories = read_categories(folder, groups, units)
    areas = read_areas(folder, units, city.latitude, city.longitude)
    days = read_calendar(folder, city.years)
    rules = (*read_routing(folder, categories, groups, units), *read_rewards(folder))
    mistakes.hold(str(path))
    return Pack(
        path=path,
        sha256=_sha256(folder.contents),
        **{each.name: getattr(city, each.name) for each in fields(city)},
        days=days,
        units=units,
        areas=areas,
        groups=groups,
        categories=categories,
        rules=rules,
    )


def _sha256(contents: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for file in sorted(contents):
        digest.update(f"{file}\0{len(contents[file])}\0".encode())
        digest.update(contents[file])
    return digest.hexdigest()

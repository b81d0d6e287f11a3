"""What a report may be about, and who deals with it: the city's categories and units."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models import Category, CategoryGroup, Unit
from web.action import action, public
from web.api.answers import listed
from web.api.blueprint import api
from web.api.operation import operation
from web.api.schemas.outgoing import CategoryOut, Listed, UnitOut
from web.context import locale, reading


@api.get("/categories")
@public
@operation("category_list", answers={200: Listed[CategoryOut]})
def list_categories() -> Response:
    rows = reading().scalars(
        select(Category)
        .join(CategoryGroup)
        .where(Category.active)
        .order_by(CategoryGroup.position, Category.usual.desc(), Category.position, Category.id)
    )
    tongue = locale()
    return listed(
        [
            {
                "code": row.code,
                "scheme": row.scheme,
                "group": row.group_code,
                "name": row.name(tongue),
                "photo_required": row.photo_required,
                "points": row.points,
                "limit": {"minutes": row.limit_minutes, "counts": row.limit_counts},
            }
            for row in rows
        ]
    )


@api.get("/units")
@action("unit.list")
@operation("unit_list", answers={200: Listed[UnitOut]})
def list_units() -> Response:
    rows = reading().scalars(select(Unit).where(Unit.active).options(joinedload(Unit.parent)).order_by(Unit.path))
    tongue = locale()
    return listed(
        [
            {
                "code": row.code,
                "name": row.name(tongue),
                "kind": row.kind,
                "parent": row.parent.code if row.parent is not None else None,
            }
            for row in rows
        ]
    )

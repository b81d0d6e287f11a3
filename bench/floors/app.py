"""The floors of the web: Flask and SQLAlchemy, with nothing between the request and the database.

`gunicorn --config gunicorn.conf.py bench.floors.app:app` serves it as `wsgi:app` is served.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, request
from sqlalchemy import select

from bench.floors.rows import COLUMNS, Row, row_of
from config import Settings
from models.database import database

NAMES = tuple(each.key for each in COLUMNS)
app = Flask(__name__)
database.connect(Settings.load().database_url)


@app.get("/healthz")
def live() -> Response:
    """Whether it serves."""
    return jsonify(status="ok")


@app.post("/rows")
def insert() -> tuple[Response, int]:
    """One row, one commit."""
    asked: dict[str, Any] = request.get_json()
    with database.writing() as session:
        row = row_of(asked["latitude"], asked["longitude"], asked["description"])
        session.add(row)
        session.flush()
        number = row.id
    return jsonify(id=number), 201


@app.get("/rows")
def list_rows() -> Response:
    """25 rows as the database gives them, the newest first, by an index."""
    query = select(*COLUMNS).order_by(Row.created_at.desc()).limit(25)
    with database.reading() as session:
        found = [dict(zip(NAMES, (*rest, at.isoformat()), strict=True)) for *rest, at in session.execute(query)]
    return jsonify(items=found)


@app.get("/objects")
def list_objects() -> Response:
    """The same rows, each made an object of SQLAlchemy's first."""
    query = select(Row).order_by(Row.created_at.desc()).limit(25)
    with database.reading() as session:
        return jsonify(items=[row.shown() for row in session.scalars(query)])

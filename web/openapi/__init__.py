"""The OpenAPI document, made of what the routes declare, and a page of our own that shows it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from web.action import public
from web.api.answers import answer
from web.api.blueprint import PREFIX
from web.api.operation import operation
from web.context import locale
from web.openapi.document import current_document
from web.openapi.page import calls, kind
from workflow.say import say

blueprint = Blueprint("openapi", __name__, url_prefix=PREFIX)


@blueprint.get("/openapi.json")
@public
@operation("openapi", answers={200: dict})
def show_document() -> Response:
    return answer(current_document(locale()))


@blueprint.get("/docs")
@public
def show_page() -> str:
    tongue = locale()
    document = current_document(tongue)
    return render_template(
        "docs.html",
        document=document,
        calls=calls(document),
        locale=tongue,
        kind=kind,
        say=lambda key: say(key, tongue),
    )

"""The blueprint of all pages: whoever asks for one gets a page back, errors too."""

from __future__ import annotations

from flask import Blueprint, request

from web.form_marks import PAGES
from workflow.errors import Problem

pages = Blueprint(PAGES, __name__)


@pages.before_request
def _hold_characters() -> None:
    """What no database can store names nothing that could be found."""
    given = [*request.args.values(), *(request.view_args or {}).values()]
    if any("\x00" in each for each in given if isinstance(each, str)):
        raise Problem("input.characters")

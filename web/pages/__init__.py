"""The people's pages: server-rendered, each view in the folder of who it is for.

A view loads what the person may see, acts through `workflow`, and answers `render(...)` or a redirect. Every page works
without JavaScript; scripts in `static/js` only make it quicker.
"""

from __future__ import annotations

import importlib
import pkgutil

from flask import Flask

from web.pages import assets, filters, trouble
from web.pages.blueprint import pages


def register(app: Flask) -> None:
    """Mount every page: each module below this folder adds its own to the blueprint."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    filters.register(app)
    trouble.register(app)
    app.register_blueprint(pages)
    assets.register(app)

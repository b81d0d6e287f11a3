"""Static files under an address that changes with their content, so that browsers may keep them for ever.

`asset("js/app.js")` is `/static/v-1f0c…/js/app.js`: scripts import each other by relative paths and stay in one
version. Some files are put together when the process starts: `app.css` of the style sheets in their order, the
map's vendored one as a layer of its own, `icons.svg` of the vendored icons, and the texts that scripts show. All text
is compressed once.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
import re
from functools import cache
from pathlib import Path

from flask import Flask, Response, request

from web.action import public
from workflow.errors import NotFound
from workflow.say import LOCALES, catalogue

STATIC = Path(__file__).resolve().parent.parent / "static"
SHEETS = ("layers", "tokens", "reset", "base", "layout")
"""The style sheets that come first, in this order; then all others by name."""
APART = ("dark",)
"""Style sheets that a page links to by itself."""
YEAR = "public, max-age=31536000, immutable"
COMPRESSED = (".css", ".js", ".svg", ".json")
LEAFLET = "vendor/leaflet/leaflet"
SVG_INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
SCRIPT_KEY = "js."
MADE = ("app.css", "icons.svg", f"{LEAFLET}.layer.css", *(f"js/texts.{each}.js" for each in LOCALES))
"""What is put together here."""


def register(app: Flask) -> None:
    """Serve the versioned files and give templates `asset`."""
    app.add_url_rule("/static/v-<mark>/<path:filename>", "asset", _show, methods=["GET"])
    app.jinja_env.globals["asset"] = asset


def asset(filename: str) -> str:
    """The address of a static file in its present version."""
    return f"/static/v-{version()}/{filename}"


@cache
def version() -> str:
    """A mark of the content of all static files."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(STATIC)).encode() + b"\0" + path.read_bytes())
    for locale in LOCALES:
        digest.update(_script_texts(locale).encode())
    return digest.hexdigest()[:12]


@public
def _show(mark: str, filename: str) -> Response:
    data, packed = content(filename)
    kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    response = Response(content_type=f"{kind}; charset=utf-8" if filename.endswith(COMPRESSED) else kind)
    if packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.set_data(packed)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response.set_data(data)
    response.vary.add("Accept-Encoding")
    # An older version's address gets today's file, which is better than none, but nobody keeps it.
    response.headers["Cache-Control"] = YEAR if mark == version() else "no-cache"
    return response


def content(filename: str) -> tuple[bytes, bytes | None]:
    """A file's bytes, and the same compressed where that helps. Raises NotFound for all but the files that there are,
    each by its one name: whoever made up names would fill the memory."""
    if filename not in _names():
        raise NotFound
    return _content(filename)


@cache
def _names() -> frozenset[str]:
    files = (path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file())
    return frozenset({*files, *MADE})


@cache
def _content(filename: str) -> tuple[bytes, bytes | None]:
    made = _made(filename)
    data = made.encode() if made is not None else (STATIC / filename).read_bytes()
    return data, gzip.compress(data, mtime=0) if filename.endswith(COMPRESSED) else None


def _made(filename: str) -> str | None:
    if filename == "app.css":
        return _sheet()
    if filename == "icons.svg":
        return _sprite()
    if filename == f"{LEAFLET}.layer.css":
        return f"@layer vendor {{\n{(STATIC / f'{LEAFLET}.css').read_text(encoding='utf-8')}}}\n"
    tongue = filename.removeprefix("js/texts.").removesuffix(".js")
    return _script_texts(tongue) if filename == f"js/texts.{tongue}.js" and tongue in LOCALES else None


def _sheet() -> str:
    others = sorted(path.stem for path in (STATIC / "css").glob("*.css") if path.stem not in (*SHEETS, *APART))
    return "".join((STATIC / "css" / f"{name}.css").read_text(encoding="utf-8") for name in (*SHEETS, *others))


def _sprite() -> str:
    symbols = []
    for path in sorted((STATIC / "vendor" / "lucide").glob("*.svg")):
        inside = SVG_INSIDE.search(path.read_text(encoding="utf-8"))
        if inside:
            drawn = re.sub(r"\s+", " ", inside[1]).strip()
            symbols.append(f'<symbol id="{path.stem}" viewBox="0 0 24 24">{drawn}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


def _script_texts(locale: str) -> str:
    said = {key[len(SCRIPT_KEY) :]: text for key, text in catalogue(locale).items() if key.startswith(SCRIPT_KEY)}
    return f"export default {json.dumps(said, ensure_ascii=False, sort_keys=True)};\n"

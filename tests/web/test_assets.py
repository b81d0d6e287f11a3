"""Static files: versioned, compressed, kept, and each under one name."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask

from web.pages import assets
from workflow.errors import NotFound


def test_static_files_are_versioned_compressed_and_kept(site: Flask) -> None:
    client = site.test_client()
    for name in ("app.css", "icons.svg", "js/app.js", "js/texts.zh.js", "vendor/leaflet/leaflet.js"):
        packed = client.get(assets.asset(name), headers={"Accept-Encoding": "gzip"})
        plain = client.get(assets.asset(name))
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert "immutable" in plain.headers["Cache-Control"]
    old = client.get("/static/v-000000000000/app.css")
    assert old.headers["Cache-Control"] == "no-cache"
    for outside in ("../app.py", "..%2f..%2fwsgi.py", "css/none.css", "%2e%2e/app.py", "css", "%00", "x" * 3000):
        assert client.get(f"/static/v-{assets.version()}/{outside}").status_code == 404


@pytest.mark.parametrize(
    "name", ["vendor/leaflet////leaflet.js", "js/../js/app.js", "js/./app.js", "/js/app.js", "js/x/../app.js"]
)
def test_a_static_file_has_one_name(name: str) -> None:
    """What is kept of a file is kept once, and not by every name that somebody thinks of."""
    with pytest.raises(NotFound):
        assets.content(name)

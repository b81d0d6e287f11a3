"""What every answer tells the browser about what it may do with it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask, Response

from config import Settings

YEAR_SECONDS = 365 * 24 * 3600


def security(settings: Settings) -> dict[str, str]:
    """The headers of security, the same on every answer."""
    headers = {
        "Content-Security-Policy": policy(settings),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.base_url.startswith("https://"):
        headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}"
    return headers


def register(app: Flask, settings: Settings) -> None:
    """Send the security headers with every answer."""
    headers = security(settings)

    def send(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.update(("Accept-Language", "Authorization", "Cookie"))
        return response

    app.after_request(send)


def policy(settings: Settings) -> str:
    """The Content-Security-Policy: our own files only, no inline script, pictures also from the tile server."""
    pictures = ["'self'", "blob:", "data:"]
    if settings.tile_url:
        parts = urlsplit(settings.tile_url)
        pictures.append(f"{parts.scheme}://{re.sub(r'[{]s[}]', '*', parts.netloc)}")
    rules = {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": pictures,
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in rules.items())

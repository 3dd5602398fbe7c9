"""Where a person was when they pressed a button: there they are led back."""

from urllib.parse import urlsplit

from flask import request

BACK = "back"
"""Field with the page that holds the button."""


def here() -> str:
    """Return the path and query of this page, for that field."""
    query = request.query_string.decode("latin-1")
    return f"{request.path}?{query}" if query else request.path


def back_to(mark: str, otherwise: str = "/") -> str:
    """Return where the form came from, at the place called ``mark``; never another site."""
    named = request.form.get(BACK, "")
    parts = urlsplit(named.replace("\\", "/"))
    is_ours = named.startswith("/") and not (parts.scheme or parts.netloc)
    page = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return f"{page if is_ours and page.isprintable() else otherwise}#{mark}"

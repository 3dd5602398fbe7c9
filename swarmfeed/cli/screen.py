"""What a browser is opened with: the page of the node, or why there is none.

Whoever clicks on an entry of a menu has no terminal: what goes wrong before there is a page
would be said to nobody.
"""

import html
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from swarmfeed.cli.context import Context
from swarmfeed.cli.leaving import tidily
from swarmfeed.cli.output import warn
from swarmfeed.core.asks.start_sentences import DOES_NOT_RUN, TRY_IN_A_TERMINAL
from swarmfeed.errors import PassingError, SwarmfeedError, UserError
from swarmfeed.node.ground.home import page_path
from swarmfeed.shell.disk.durable import write_file

_REDIRECT: Final = '<!doctype html>\n<meta http-equiv="refresh" content="0;url={link}">\n'

_TROUBLE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<title>swarmfeed</title>
<h1>{title}</h1>
<p>{sentence}</p>
<p>{more}</p>
"""


def open_page(context: Context, link: str) -> None:
    """Show ``link`` in a browser if there is a screen; its key stays out of every argv."""
    if not _has_screen():
        return
    # Other users of the machine see the arguments of a browser, but not this file.
    redirect = page_path(context.home).with_name("open.html")
    page = _REDIRECT.format(link=html.escape(link, quote=True))
    try:
        with tidily():
            write_file(redirect, page.encode("utf-8"), 0o600)
    except (UserError, PassingError) as error:
        warn(f"the browser was not opened: {error}")
        return
    context.doors.open_browser(redirect.as_uri())


@contextmanager
def told_on_screen(context: Context) -> Iterator[None]:
    """What ends the block is also shown in a browser where nobody reads standard error."""
    try:
        yield
    except (click.Abort, click.exceptions.Exit):
        raise  # somebody stopped it
    except Exception as error:
        if not _has_terminal() and _has_screen():
            _show(context, error)
        raise


def _show(context: Context, error: Exception) -> None:
    """Write why, where this may be written, and open it.  It holds nothing secret."""
    is_told = isinstance(error, SwarmfeedError)
    sentence = str(error) if is_told else f"{type(error).__name__}: {error}"
    page = _TROUBLE.format(
        title=html.escape(DOES_NOT_RUN()),
        sentence=html.escape(sentence[:1].upper() + sentence[1:]),
        more=html.escape(TRY_IN_A_TERMINAL()),
    ).encode()
    file = page_path(context.home).with_name("does-not-run.html")
    try:
        write_file(file, page, 0o600)
    except (SwarmfeedError, OSError):  # the home may be what is wrong
        with tempfile.NamedTemporaryFile("wb", suffix=".html", delete=False) as other:
            other.write(page)
        file = Path(other.name)
    context.doors.open_browser(file.as_uri())


def _has_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def _has_screen() -> bool:
    # Without one, the browser that is found is a text browser on top of our own output.
    names = ("DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform == "darwin" or any(os.environ.get(name) for name in names)

"""``swarmfeed run`` and ``open``: the node itself, and its page in a browser."""

import html
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import click

from swarmfeed.cli import last_ports
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.desk import find_running, while_in_use
from swarmfeed.cli.leaving import tidily
from swarmfeed.cli.node_options import node_options
from swarmfeed.cli.options import json_option, passphrase_file_option
from swarmfeed.cli.output import flush, print_json, print_line, warn
from swarmfeed.core.asks import sentences
from swarmfeed.errors import PassingError, UserError
from swarmfeed.node.ground.home import Ready, page_path
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.durable import write_file


def make_run(others: Sequence[type]) -> click.Command:
    """``run``, with an option for each setting of a node, and of the roles it has."""

    @click.command()
    @node_options(others, stays=True)
    @passphrase_file_option
    @click.option(
        "--no-open", is_flag=True, help="Only print the page's link, open no browser."
    )
    @pass_context
    def run(
        context: Context, /, settings: NodeSettings, passphrase_file: Path | None, no_open: bool
    ) -> None:
        """Run the node and its page until Ctrl-C.

        The page listens on 127.0.0.1 only. Its link works once, in one browser; get another
        with `swarmfeed open`.
        """
        chosen = replace(context, passphrase_file=passphrase_file or context.passphrase_file)
        _run(chosen, settings, opens_browser=not no_open)

    return run


def _run(context: Context, settings: NodeSettings, *, opens_browser: bool) -> None:
    chosen = last_ports.recall(context.home, settings)
    context.start_log()
    passphrase = context.passphrase()

    def say_ready(ready: Ready) -> None:
        print_line(f"page: {ready.page_link}")
        print_line(f"link: {ready.link}")
        if ready.trouble:
            warn(ready.trouble)
        flush()
        last_ports.remember(context.home, ready)
        if opens_browser:
            _open_browser(context, ready.page_link)

    def start() -> None:
        _require_no_node(context.home)
        context.doors.run_node(context.home, chosen, passphrase, say_ready)

    # wiring turns Ctrl-C into an orderly stop; this is for one that comes before it listens.
    with suppress(KeyboardInterrupt):
        while_in_use(start)


def _require_no_node(home: Path) -> None:
    running = find_running(home)
    if running is not None:
        running.close()
        raise UserError(sentences.RUNNING_ALREADY())


@click.command("open")
@click.option("--no-open", is_flag=True, help="Only print the link.")
@json_option
@pass_context
def open_page(context: Context, no_open: bool, as_json: bool) -> None:
    """Open the page of the running node.

    By a fresh link, which works once, in one browser.
    """
    link = context.doors.page_link(context.home)
    if as_json:
        print_json({"page": link})
        return
    print_line(f"page: {link}")
    if not no_open:
        _open_browser(context, link)


def _open_browser(context: Context, link: str) -> None:
    """Show ``link`` in a browser if there is a screen; its key stays out of every argv."""
    if not _has_screen():
        return
    # Other users of the machine see the arguments of a browser, but not this file.
    redirect = page_path(context.home).with_name("open.html")
    quoted = html.escape(link, quote=True)
    page = f'<!doctype html>\n<meta http-equiv="refresh" content="0;url={quoted}">\n'
    try:
        with tidily():
            write_file(redirect, page.encode("utf-8"), 0o600)
    except (UserError, PassingError) as error:
        warn(f"the browser was not opened: {error}")
        return
    context.doors.open_browser(redirect.as_uri())


def _has_screen() -> bool:
    # Without one, the browser that is found is a text browser on top of our own output.
    names = ("DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform == "darwin" or any(os.environ.get(name) for name in names)

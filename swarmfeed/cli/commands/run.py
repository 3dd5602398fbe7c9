"""``swarmfeed run`` and ``open``: the node itself, and its page in a browser."""

import html
import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from swarmfeed.cli import last_ports
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import (
    json_option,
    network_options,
    network_settings,
    passphrase_file_option,
)
from swarmfeed.cli.output import flush, print_json, print_line, warn
from swarmfeed.cli.params import PORT, SizeParam
from swarmfeed.cli.remote import find_running
from swarmfeed.cli.session import while_in_use
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import FREE_BYTES_MIN, Ready, page_path
from swarmfeed.shell.disk.durable import write_file


@click.command()
@click.option(
    "--page-port", type=PORT, default=0, help="TCP port of the page; 0: last time's, or any."
)
@network_options
@click.option(
    "--history",
    is_flag=True,
    help="Hold other people's history: --disk is what you give for it.",
)
@click.option(
    "--friends",
    "scope",
    flag_value="friends",
    help="With --history: only for those you follow.",
)
@click.option(
    "--community",
    "scope",
    flag_value="community",
    help="With --history: also for those they follow; so if nothing is said.",
)
@click.option(
    "--open", "scope", flag_value="open", help="With --history: also for anybody who asks."
)
@click.option(
    "--keep-free",
    type=SizeParam(),
    default=FREE_BYTES_MIN,
    help="With --history: free disk that is left alone; 1 GB if left out.",
)
@passphrase_file_option
@click.option("--no-open", is_flag=True, help="Only print the page's link, open no browser.")
@pass_context
def run(
    context: Context,
    /,
    passphrase_file: Path | None,
    no_open: bool,
    history: bool,
    scope: str | None,
    keep_free: int,
    **network: Any,
) -> None:
    """Run the node and its page until Ctrl-C.

    The page listens on 127.0.0.1 only. Its link works once, in one browser; get another with
    `swarmfeed open`.
    """
    settings = last_ports.recall(context.home, network_settings(**network))
    if history:
        choice = HistoryChoice(
            scope=scope or "community",
            disk_bytes=settings.disk_budget_bytes,
            free_bytes_min=keep_free,
        )
        settings = replace(settings, history=choice)
    elif scope is not None:
        raise click.UsageError(f"--{scope} says for whom history is held: add --history")
    context.passphrase_file = passphrase_file or context.passphrase_file
    passphrase = context.passphrase()

    def say_ready(ready: Ready) -> None:
        print_line(f"page: {ready.page_link}")
        print_line(f"link: {ready.link}")
        flush()
        last_ports.remember(context.home, ready)
        if not no_open:
            _open_browser(context, ready.page_link)

    def start() -> None:
        running = find_running(context.home)
        if running is not None:
            running.close()
            raise UserError(
                "a node is running here already; open its page with: swarmfeed open"
            )
        context.doors.run_node(context.home, settings, passphrase, say_ready)

    # wiring turns Ctrl-C into an orderly stop; this is for one that comes before it listens.
    with suppress(KeyboardInterrupt):
        while_in_use(start)


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
        write_file(redirect, page.encode("utf-8"), 0o600)
    except UserError as error:
        warn(f"the browser was not opened: {error}")
        return
    context.doors.open_browser(redirect.as_uri())


def _has_screen() -> bool:
    # Without one, the browser that is found is a text browser on top of our own output.
    names = ("DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform == "darwin" or any(os.environ.get(name) for name in names)

"""``swarmfeed run`` and ``open``: the node itself, and its page in a browser."""

from collections.abc import Sequence
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path

import click
from msgspec.structs import replace

from swarmfeed.cli import last_ports, screen
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.desk import find_running, find_starting, while_in_use
from swarmfeed.cli.home import finish_deleting, is_new, waits_for_passphrase
from swarmfeed.cli.node_options import node_options
from swarmfeed.cli.options import json_option, passphrase_file_option
from swarmfeed.cli.output import flush, print_json, print_line, warn
from swarmfeed.core.asks import sentences
from swarmfeed.errors import UserError
from swarmfeed.node.ground.home import Begun, Ready
from swarmfeed.node.ground.settings import NodeSettings


def make_run(others: Sequence[type]) -> click.Command:
    """``run``, with an option for each setting of a node, and of the roles it has."""

    @click.command()
    @node_options(others, stays=True)
    @passphrase_file_option
    @click.option(
        "--no-open", is_flag=True, help="Only print the page's link, open no browser."
    )
    @click.option(
        "--or-open", is_flag=True, help="Where a node runs already, open its page instead."
    )
    @pass_context
    def run(
        context: Context,
        /,
        settings: NodeSettings,
        passphrase_file: Path | None,
        no_open: bool,
        or_open: bool,
    ) -> None:
        """Run the node and its page until Ctrl-C.

        The page listens on 127.0.0.1 only. Its link works once, in one browser; get another
        with `swarmfeed open`.
        """
        chosen = replace(context, passphrase_file=passphrase_file or context.passphrase_file)
        is_clicked = or_open and not no_open
        with screen.told_on_screen(context) if is_clicked else nullcontext():
            if or_open and _is_running(context.home):
                _show_page(context, opens_browser=not no_open)
                return
            _run(chosen, settings, opens_browser=not no_open)

    return run


def _run(context: Context, settings: NodeSettings, *, opens_browser: bool) -> None:
    chosen = last_ports.recall(context.home, context.with_kept(settings))
    context.start_log()
    begun = _begin(context, chosen, opens_browser=opens_browser)
    if begun is None:
        return
    is_shown = bool(begun.sockets)

    def say_ready(ready: Ready) -> None:
        print_line(f"page: {ready.page_link}")
        print_line(f"link: {ready.link}")
        if ready.secure is not None:
            print_line(f"https: {ready.secure.url}")
            print_line(f"certificate: {ready.secure.fingerprint}")
        if ready.trouble:
            warn(ready.trouble)
        flush()
        last_ports.remember(context.home, ready)
        if opens_browser and not is_shown:
            screen.open_page(context, ready.page_link)

    def start() -> None:
        _require_no_node(context.home)
        context.doors.run_node(context.home, chosen, begun.passphrase, say_ready, begun.sockets)

    # wiring turns Ctrl-C into an orderly stop; this is for one that comes before it listens.
    with suppress(KeyboardInterrupt):
        while_in_use(start)


def _begin(context: Context, settings: NodeSettings, *, opens_browser: bool) -> Begun | None:
    """Get what opens the keys; without any, or without a terminal to ask at, by the page.

    None: it was stopped there.
    """
    while_in_use(partial(finish_deleting, context.home))
    asks_nobody = context.passphrase_file is None and not context.keyring
    if not is_new(context.home) and not (asks_nobody and waits_for_passphrase(context.home)):
        return Begun(passphrase=context.passphrase(), sockets=())

    def show(link: str) -> None:
        print_line(f"page: {link}")
        flush()
        if opens_browser:
            screen.open_page(context, link)

    with suppress(KeyboardInterrupt):
        _require_no_node(context.home)
        return context.doors.run_start(context.home, settings, show)
    return None


def _require_no_node(home: Path) -> None:
    if _is_running(home):
        raise UserError(sentences.RUNNING_ALREADY())


def _is_running(home: Path) -> bool:
    running = find_running(home) or find_starting(home)
    if running is not None:
        running.close()
    return running is not None


def _show_page(context: Context, *, opens_browser: bool) -> None:
    link = context.doors.page_link(context.home)
    print_line(f"page: {link}")
    if opens_browser:
        screen.open_page(context, link)


@click.command("open")
@click.option("--no-open", is_flag=True, help="Only print the link.")
@json_option
@pass_context
def open_page(context: Context, no_open: bool, as_json: bool) -> None:
    """Open the page of the running node.

    By a fresh link, which works once, in one browser.
    """
    if as_json:
        print_json({"page": context.doors.page_link(context.home)})
    else:
        _show_page(context, opens_browser=not no_open)

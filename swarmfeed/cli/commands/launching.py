"""``swarmfeed autostart`` and ``desktop``: the program starts by itself, or by a click."""

from importlib.resources import files
from typing import Final

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.desk import find_running
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_json, print_sentence, warn
from swarmfeed.core.asks import install_sentences as sentences
from swarmfeed.shell.disk import launching

ICON: Final = "static/icon.svg"
"""Of the page, as it stands in the package ``webui``."""


@click.group()
def autostart() -> None:
    """Let the node start by itself when you log in.

    A unit of your own systemd does that, or an agent of launchd on macOS: it may write to
    nothing but the home, and comes up again after a crash.
    """


@autostart.command("on")
@json_option
@pass_context
def autostart_on(context: Context, as_json: bool) -> None:
    """Start the node now, and at every login."""
    running = find_running(context.home)
    if running is not None:
        running.close()
    file, refused = launching.start_by_itself(context.home, now=running is None)
    if as_json:
        print_json({"on": True, "file": str(file), "refused": refused})
        return
    print_sentence(sentences.AUTOSTART_ON(file=file))
    if refused:
        warn(sentences.NOT_TOLD(reason=refused))
    else:
        print_sentence(sentences.STARTED())
    if launching.ends_at_logout():
        print_sentence(sentences.LINGER())


@autostart.command("off")
@json_option
@pass_context
def autostart_off(context: Context, as_json: bool) -> None:
    """Stop what the system started, and start it no more."""
    launching.start_no_more(context.home)
    if as_json:
        print_json({"on": False})
    else:
        print_sentence(sentences.AUTOSTART_OFF())


@autostart.command("status")
@json_option
@pass_context
def autostart_status(context: Context, as_json: bool) -> None:
    """Print whether the node starts by itself."""
    found = launching.find_autostart(context.home)
    if as_json:
        print_json({"on": found.on, "ours": found.ours, "file": str(found.file)})
    elif not found.on:
        print_sentence(sentences.AUTOSTART_OFF())
    else:
        said = sentences.AUTOSTART_ON if found.ours else sentences.AUTOSTART_OTHER
        print_sentence(said(file=found.file))


@click.group()
def desktop() -> None:
    """Put swarmfeed in the menu of your desktop.

    A click there starts the node if it does not run, and opens its page.
    """


@desktop.command("on")
@json_option
@pass_context
def desktop_on(context: Context, as_json: bool) -> None:
    """Make the entry, with its icon."""
    icon = files("webui").joinpath(ICON).read_bytes()
    file = launching.put_in_menu(context.home, icon)
    if as_json:
        print_json({"on": True, "file": str(file)})
    else:
        print_sentence(sentences.DESKTOP_ON(file=file))


@desktop.command("off")
@json_option
def desktop_off(as_json: bool) -> None:
    """Take the entry away again."""
    launching.take_from_menu()
    if as_json:
        print_json({"on": False})
    else:
        print_sentence(sentences.DESKTOP_OFF())


@desktop.command("status")
@json_option
@pass_context
def desktop_status(context: Context, as_json: bool) -> None:
    """Print whether the entry is there."""
    file = launching.find_entry(context.home)
    if as_json:
        print_json({"on": file is not None, "file": None if file is None else str(file)})
    elif file is None:
        print_sentence(sentences.DESKTOP_OFF())
    else:
        print_sentence(sentences.DESKTOP_ON(file=file))

"""``swarmfeed devices``: the machines that write for you; one more, one less, their names."""

import sys
from contextlib import suppress

import click

from swarmfeed.cli.asking import agrees, require_yes
from swarmfeed.cli.commands.init import choose_passphrase, require_no_keys
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    flush,
    format_age,
    print_answer,
    print_json,
    print_line,
    print_sentence,
    print_table,
    short,
)
from swarmfeed.cli.params import PORT, EndpointParam
from swarmfeed.core.asks import device_sentences as sentences
from swarmfeed.core.asks.devices import (
    ConfirmDevice,
    Devices,
    DeviceView,
    NameDevice,
    ProposeDevice,
    RemoveDevice,
    WhichDevices,
    check_device_name,
)
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX
from swarmfeed.core.base.types import Endpoint
from swarmfeed.desk import Answerer
from swarmfeed.errors import UserError
from swarmfeed.node.ground.home import Invited, Joining


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def devices(ctx: click.Context, as_json: bool) -> None:
    """Show the machines that write for you; add or remove one.

    On a new machine run `swarmfeed devices join`: it shows a link. On one that has your author
    key, the first one say, run `swarmfeed devices add LINK`. Both show a short code; it has to
    be the same.

    A device that is added so gets no words and no author key. With the 24 words of your first
    sheet `swarmfeed restore` makes one that can add and remove others, too.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_devices, as_json=as_json)


@devices.command("list")
@json_option
@pass_context
def list_devices(context: Context, as_json: bool) -> None:
    """Print the machines that write for you, removed ones too."""
    with context.open() as desk:
        found = desk.ask(WhichDevices())
    if as_json:
        print_answer(found)
    else:
        _print_devices(found, context.doors.now_ms())


@devices.command()
@click.option("--name", help="What this machine is called; everybody can see it.")
@click.option("--no-passphrase", is_flag=True, help="Leave the key file unprotected.")
@click.option(
    "--listen",
    default="0.0.0.0",  # noqa: S104  the other machine has to reach this one
    show_default=True,
    metavar="ADDR",
    help="Address on which to wait for the other machine.",
)
@click.option("--port", type=PORT, default=0, help="TCP port to wait at; 0: any.")
@click.option(
    "--at",
    "places",
    type=EndpointParam(),
    multiple=True,
    help="Where the other machine reaches this one, if that cannot be told from here; may be"
    " given several times.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON value on a line: the link, the code, who you are then.",
)
@pass_context
def join(
    context: Context,
    name: str | None,
    no_passphrase: bool,
    listen: str,
    port: int,
    places: tuple[Endpoint, ...],
    as_json: bool,
) -> None:
    """Make this new machine a device of yours: show a link, and wait for the other one.

    The link is good once, for ten minutes. Take it, or the QR code, to a machine that has your
    author key: there, `swarmfeed devices add LINK`.
    """
    require_no_keys(context.home)
    called = "" if name is None else check_device_name(name)
    passphrase = "" if no_passphrase else choose_passphrase(context.passphrase_file)
    context.start_log()
    show = _show_as_json if as_json else _show
    wanted = Joining(device=called, listen=listen, port=port, at=places)
    me = context.doors.join_home(context.home, passphrase, wanted, show)
    if as_json:
        print_answer(me)
        return
    print_sentence(sentences.JOINED(name=me.name or sentences.NO_NAME()))
    print_sentence("Next: swarmfeed run")


@devices.command()
@click.argument("link")
@click.option("--yes", is_flag=True, help="Take both codes for the same without asking.")
@json_option
@pass_context
def add(context: Context, link: str, yes: bool, as_json: bool) -> None:
    """Make the machine that shows LINK a device of yours.

    LINK is what `swarmfeed devices join` shows there. Compare the short code on both machines.
    """
    secret = context.passphrase()
    with context.open(passphrase=secret) as desk:
        pairing = desk.ask(ProposeDevice(link=link, passphrase=secret))
        if not as_json:
            print_sentence(pairing.sentence)
            flush()
        same = yes or _is_same(desk, pairing.code)
        found = desk.ask(ConfirmDevice(code=pairing.code, same=same))
    if as_json:
        print_answer(found)
    else:
        print_sentence(sentences.ADDED(name=pairing.name))
        if yes:
            print_sentence(sentences.NOT_COMPARED())


@devices.command()
@click.argument("device")
@click.option(
    "--after",
    type=click.IntRange(0, FEED_ENTRIES_MAX),
    metavar="N",
    help="Keep only the first N things it said; left out, all that are known here.",
)
@click.option("--yes", is_flag=True, help="Ask nothing.")
@json_option
@pass_context
def remove(context: Context, device: str, after: int | None, yes: bool, as_json: bool) -> None:
    """Remove DEVICE, named as `swarmfeed devices` shows it: by its name or its address.

    What it wrote so far stays; nothing it writes from now on is shown anywhere.
    """
    if not yes:
        require_yes(sentences.REALLY_REMOVE(name=device))
    secret = context.passphrase()
    with context.open(passphrase=secret) as desk:
        before = {each.feed_id for each in desk.ask(WhichDevices()).devices if each.removed}
        found = desk.ask(RemoveDevice(device=device, passphrase=secret, after=after))
    if as_json:
        print_answer(found)
        return
    gone = [each for each in found.devices if each.removed and each.feed_id not in before]
    for each in gone:
        print_sentence(
            sentences.REMOVED(name=each.name or short(each.feed_id), entries=each.entries)
        )


@devices.command()
@click.argument("name")
@json_option
@pass_context
def name(context: Context, name: str, as_json: bool) -> None:
    """Call this machine NAME; everybody can see it."""
    with context.open() as desk:
        found = desk.ask(NameDevice(device=name))
    if as_json:
        print_answer(found)
    else:
        print_sentence(sentences.NAMED(name=name.strip()))


def _show(told: Invited | str) -> None:
    """Print the link, or what a person has to compare."""
    if isinstance(told, str):
        print_sentence(told)
    else:
        from webui.pictures import qr_lines

        for line in qr_lines(told.link) if sys.stdout.isatty() else ():
            click.echo(line)
        print_line(told.link)
        print_sentence(sentences.WAITING(minutes=told.minutes))
    flush()


def _show_as_json(told: Invited | str) -> None:
    print_json({"link": told.link} if isinstance(told, Invited) else {"sentence": told})
    flush()


def _is_same(desk: Answerer, code: str) -> bool:
    """Ask whether both machines show a code; who cannot be asked has not compared them."""
    try:
        return agrees(sentences.SAME_CODE(code=code))
    except UserError:
        with suppress(UserError):
            desk.ask(ConfirmDevice(code=code, same=False))
        raise


def _print_devices(found: Devices, now_ms: int) -> None:
    titles = ("name", "address", "since", "last post", ">posts", "")
    print_table(titles, [_row(each, now_ms) for each in found.devices])
    print_line("")
    print_sentence(found.sentence)


def _row(device: DeviceView, now_ms: int) -> tuple[str, ...]:
    return (
        device.name or sentences.NO_NAME(),
        short(device.feed_id),
        format_age(device.joined_ms, now_ms),
        "" if device.last_ms is None else format_age(device.last_ms, now_ms),
        f"{device.posts:,}",
        ", ".join(
            sentences.what_it_is(
                this=device.this,
                removed=device.removed,
                adds_devices=device.adds_devices,
                crowds=device.crowds,
            )
        ),
    )

"""A node that stays: opened on its home, with its page, until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct
from webui.asgi import PageServer, Surroundings
from webui.listening import Socket
from webui.pages import PAGES
from webui.routes import Page
from webui.secure import SecureDoor

from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.writing import HowIsMyFeed
from swarmfeed.core.net.limits import TLS_FILE_BYTES_MAX
from swarmfeed.core.net.open_files import share_files
from swarmfeed.desk import Desk
from swarmfeed.errors import DamageError
from swarmfeed.node.ground.home import Ready, SecureAt, key_path
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.node import Node
from swarmfeed.node.roster import ROSTER, Roster
from swarmfeed.node.witness.role import WitnessParts
from swarmfeed.node.witness.settings import WitnessSettings
from swarmfeed.shell.disk.birth import clear_away
from swarmfeed.shell.disk.deleting import delete_home
from swarmfeed.shell.disk.durable import is_there, make_folder, read_file, write_file
from swarmfeed.shell.disk.homelock import HomeLock
from swarmfeed.shell.disk.keyfile import is_protected
from swarmfeed.shell.heap import keep_heap_small
from swarmfeed.shell.interpreter import keep_pauses_short, loading
from swarmfeed.shell.open_files import raise_files_max, require_files
from swarmfeed.shell.owners import Owners
from swarmfeed.shell.passphrases import drop_passphrase
from swarmfeed.shell.wire.page_certificate import (
    make_certificate,
    open_context,
    read_certificate,
)
from swarmfeed.shell.wire.posting import PostingDoor
from swarmfeed.wiring import close, open_identity, require_keys, start_node

TLS_NAME: Final = "tls.pem"
"""In the folder ``run``: the key by which apps find the API with https, and its certificate."""

CERTIFICATE_NAME: Final = "certificate.pem"
"""Beside it, without the key: what browsers and programs are told to trust."""


def run_node(
    home: Path,
    settings: NodeSettings,
    passphrase: str,
    on_ready: Callable[[Ready], None],
    sockets: Sequence[Socket] = (),
    *,
    roster: Roster = ROSTER,
    pages: Sequence[Page] = PAGES,
) -> None:
    """Run a node and its page until SIGINT or SIGTERM; returns when all is stopped.

    Args:
        on_ready: Told once, when the page and the link can be reached.
        sockets: That listen on the page's port already; left out, it is that of the settings.
        roster: What the node is made of.
        pages: The site map.

    Raises:
        UserError: Wrong passphrase, a port in use, too few files that may be open, or another
            process uses the home.
        PassingError: The machine refuses what nothing goes without.
        FatalError: It stopped by itself, in good order.
    """
    keep_heap_small()
    require_files()
    require_keys(home)
    close(home)
    # The lock first: whoever waits for it opens the keys once, and that takes half a second.
    with HomeLock(home), loading():
        identity = open_identity(home, passphrase)
        clear_away(home)
        door = open_door(home / "run", settings, datetime.now(UTC))
        site = _Site(sockets or settings.page_port, pages, door)
        if asyncio.run(_run(home, settings, identity, on_ready, roster, site)):
            _delete(home)


def _delete(home: Path) -> None:
    """Delete all of the person's in a home, and its passphrase in the system's keyring."""
    if is_protected(key_path(home)):
        drop_passphrase(home)
    delete_home(home)


class _Site(Struct, frozen=True):
    """Where the page is, and what is on it."""

    at: int | Sequence[Socket]
    pages: Sequence[Page]
    door: SecureDoor | None


async def _run(
    home: Path,
    settings: NodeSettings,
    identity: Identity,
    on_ready: Callable[[Ready], None],
    roster: Roster,
    site: _Site,
) -> bool:
    """Returns whether the home is to be deleted."""
    loop = asyncio.get_running_loop()
    node = await start_node(home, settings, identity, roster=roster)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, node.stopped.set)
    desk = node.desk(loop)
    owners = Owners()
    given = Surroundings(
        connections_max=share_files(raise_files_max()).page,
        owner_of=owners.owner_of,
        person_waits=node.ground.fairness.person_waits,
        secure=site.door,
    )
    page = PageServer(desk, home / "run", site.at, site.pages, given)
    doors = _witness_doors(node, settings)
    try:
        await page.start()
        await asyncio.gather(*(each.start() for each in doors))
        on_ready(await _ready(node, desk, page, site.door))
        await node.stopped.wait()
    finally:
        desk.close()
        await asyncio.gather(*(each.stop() for each in doors))
        await page.stop()
        owners.close()
        await node.stop()
    if node.failure is not None:
        raise node.failure
    return node.deletes_home


async def _ready(node: Node, desk: Desk, page: PageServer, door: SecureDoor | None) -> Ready:
    """What is told of a node that can be reached."""
    me = await asyncio.to_thread(desk.ask, WhoAreYou())
    keep_pauses_short()
    trouble = (await asyncio.to_thread(desk.ask, HowIsMyFeed())).sentence
    return Ready(
        page_link=page.login_link(),
        link=me.link,
        link_port=node.ground.introduction.link_port,
        trouble=trouble,
        secure=SecureAt(url=door.url, fingerprint=door.fingerprint) if door else None,
    )


def _witness_doors(node: Node, settings: NodeSettings) -> list[PostingDoor]:
    """Where others ask it by HTTP to witness; mostly nowhere."""
    wanted = settings.of(WitnessSettings).witness
    if not wanted:
        return []
    notes = node.parts(WitnessParts).notes
    return [PostingDoor(at, "/add-checkpoint", notes.add) for at in wanted]


def open_door(folder: Path, settings: NodeSettings, now: datetime) -> SecureDoor | None:
    """Return the door for apps that insist on https, if there is to be one.

    Its certificate is made at the first start, and anew where it would not do any more.

    Raises:
        UserError: The folder cannot be written.
        PassingError: Not now: the disk is full, say.
    """
    if not settings.tls_port:
        return None
    names = [settings.tls_listen] if settings.tls_listen else []
    path = folder / TLS_NAME
    make_folder(folder)
    pem = b""
    with suppress(DamageError):
        pem = read_file(path, TLS_FILE_BYTES_MAX) if is_there(path) else b""
    found, context = read_certificate(pem, names, now), open_context(path) if pem else None
    if found is None or context is None:
        write_file(path, made := make_certificate(names, now))
        found, context = read_certificate(made, names, now), open_context(path)
    assert found is not None and context is not None, "it was just made"
    write_file(folder / CERTIFICATE_NAME, found.pem)
    return SecureDoor(
        port=settings.tls_port,
        address=settings.tls_listen,
        context=context,
        certificate=found.pem,
        fingerprint=found.fingerprint,
    )

"""A node that stays: opened on its home, with its page, until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from webui.asgi import PageServer
from webui.pages import PAGES
from webui.routes import Page

from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.writing import HowIsMyFeed
from swarmfeed.core.net.open_files import share_files
from swarmfeed.node.ground.home import Ready
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.node import Node
from swarmfeed.node.roster import ROSTER, Roster
from swarmfeed.node.witness.role import WitnessParts
from swarmfeed.node.witness.settings import WitnessSettings
from swarmfeed.shell.disk.birth import clear_away
from swarmfeed.shell.disk.homelock import HomeLock
from swarmfeed.shell.heap import keep_heap_small
from swarmfeed.shell.interpreter import keep_pauses_short, loading
from swarmfeed.shell.open_files import raise_files_max, require_files
from swarmfeed.shell.owners import Owners
from swarmfeed.shell.wire.posting import PostingDoor
from swarmfeed.wiring import close, open_identity, require_keys, start_node


def run_node(
    home: Path,
    settings: NodeSettings,
    passphrase: str,
    on_ready: Callable[[Ready], None],
    *,
    roster: Roster = ROSTER,
    pages: Sequence[Page] = PAGES,
) -> None:
    """Run a node and its page until SIGINT or SIGTERM; returns when all is stopped.

    Args:
        on_ready: Told once, when the page and the link can be reached.
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
        asyncio.run(_run(home, settings, identity, on_ready, roster, pages))


async def _run(
    home: Path,
    settings: NodeSettings,
    identity: Identity,
    on_ready: Callable[[Ready], None],
    roster: Roster,
    pages: Sequence[Page],
) -> None:
    loop = asyncio.get_running_loop()
    node = await start_node(home, settings, identity, roster=roster)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, node.stopped.set)
    desk = node.desk(loop)
    owners = Owners()
    page = PageServer(
        desk,
        home / "run",
        port=settings.page_port,
        pages=pages,
        connections_max=share_files(raise_files_max()).page,
        owner_of=owners.owner_of,
        person_waits=node.ground.fairness.person_waits,
    )
    doors = _witness_doors(node, settings)
    try:
        await page.start()
        await asyncio.gather(*(each.start() for each in doors))
        me = await asyncio.to_thread(desk.ask, WhoAreYou())
        keep_pauses_short()
        trouble = (await asyncio.to_thread(desk.ask, HowIsMyFeed())).sentence
        on_ready(Ready(page_link=page.login_link(), link=me.link, trouble=trouble))
        await node.stopped.wait()
    finally:
        desk.close()
        await asyncio.gather(*(each.stop() for each in doors))
        await page.stop()
        owners.close()
        await node.stop()
    if node.failure is not None:
        raise node.failure


def _witness_doors(node: Node, settings: NodeSettings) -> list[PostingDoor]:
    """Where others ask it by HTTP to witness; mostly nowhere."""
    wanted = settings.of(WitnessSettings).witness
    if not wanted:
        return []
    notes = node.parts(WitnessParts).notes
    return [PostingDoor(at, "/add-checkpoint", notes.add) for at in wanted]

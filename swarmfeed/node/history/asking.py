"""Asks peers what they know of the feeds that are watched.

more to watch --> watch, at once: servers that look after the same have to hear of each other
a new link    --> wants go first --> heads came, and are in the index --> watch

Whoever follows thousands of authors is told three notices of each by every peer.  To read them
takes longer than the heads did, and nobody looks at them meanwhile.
"""

from collections.abc import Callable, Iterable
from functools import partial

from swarmfeed.core.base.limits import AUTHORS_PER_WANT_MAX
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.history.words import Watch
from swarmfeed.node.ground.leisure import Deed
from swarmfeed.node.ground.session import Session


def ask(session: Session, authors: Iterable[AuthorId]) -> None:
    """Ask a peer for notices on authors."""
    watched = sorted(authors)
    for at in range(0, len(watched), AUTHORS_PER_WANT_MAX):
        batch = tuple(watched[at : at + AUTHORS_PER_WANT_MAX])
        session.outbox.put(("watch", batch), partial(session.send, Watch(batch)))


def ask_later(
    later: Callable[[Deed], None], session: Session, authors: frozenset[AuthorId]
) -> None:
    """Ask a new peer, by ``later``, which waits for heads that were asked for: so it is called
    only when what is due to the peer was said."""

    async def do() -> None:
        ask(session, authors)

    async def put() -> None:
        later(do)

    session.outbox.put_soon(("ask what is watched", authors), put)

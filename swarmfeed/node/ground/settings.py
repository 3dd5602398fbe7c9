"""How a node is run: what it listens on, whom it asks first, how much disk it may use."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from swarmfeed.core.asks.views import Whoami
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.history.choice import HistoryChoice

DISK_BUDGET_BYTES: Final = 10 * 1000**3
"""What a node may keep of other people's chunks unless told otherwise: about 200 million
posts at 50 compressed bytes each, and a small part of any disk sold in the last ten years."""

FREE_BYTES_MIN: Final = 1000**3
"""Free disk that a history server leaves alone unless told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """Choices of one start of a node; nothing here is remembered."""

    listen: str = "0.0.0.0"  # noqa: S104  a peer has to be reachable; pages stay on 127.0.0.1
    """Address the peer link and the swarm listen on.  Pages listen on 127.0.0.1 whatever
    this says, because whoever reaches them may post."""

    link_port: int = 0
    """TCP port of the peer link; 0 takes any free one, so several nodes on one machine just
    work.  A port that is forwarded by a router, or stands in links given away, is fixed."""

    swarm_port: int = 0
    """TCP and UDP port of the swarm; 0 takes any free one."""

    page_port: int = 0
    """TCP port of the page on 127.0.0.1; 0 takes any free one."""

    peers: tuple[Endpoint, ...] = ()
    """Links of nodes to dial at the start, before any is found."""

    dht: bool = True
    """Whether to join the Mainline DHT: the one way to find people that needs nobody."""

    dht_nodes: tuple[Endpoint, ...] = ()
    """Nodes to enter the DHT by; empty uses the public ones libtorrent knows."""

    lan: bool = False
    """Whether to tell the local network that we are here.  Off: that names a person to
    everybody in the same café."""

    disk_budget_bytes: int = DISK_BUDGET_BYTES
    """Most bytes of other people's chunks; own feeds are kept whatever it says."""

    down_bytes_per_s: int = 0
    """Most bytes the swarm takes in a second; 0 is no limit."""

    up_bytes_per_s: int = 0
    """Most bytes the swarm sends in a second; 0 is no limit."""

    history: HistoryChoice | None = None
    """What is given for the history of others; None: what was chosen on the page, if any."""

    history_speed: float = 1.0
    """How many times as fast the policy of history servers runs: for tests (ADR 13)."""

    network: bool = True
    """Whether to talk to anybody.  Off for a command that only reads or stores: it opens
    the home, works and is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A node that was started says how it is reached."""

    page_link: str
    """``http://127.0.0.1:...`` with a key that logs a browser in once."""

    link: str
    """``swarmfeed:`` link of its author, with the endpoints of this node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A home that was just made."""

    whoami: Whoami

    author_words: str
    """24 words of the author key, with spaces between: the only way back to being this
    author when the disk is gone."""

    next_words: str
    """24 words of the key that takes over if the author key is ever stolen."""


def key_path(home: Path) -> Path:
    """Where a home keeps its seeds; there is no author before this file is."""
    return home / "keys"


def page_path(home: Path) -> Path:
    """Where a running node says how its own programs reach it: a JSON object, mode 0600,
    with ``url`` of the page, ``key`` for the API and ``pid``; gone when it stops."""
    return home / "run" / "page.json"

"""How a node is run: what it listens on, whom it asks first, how much disk it may use.

A setting is declared once, as an annotated field: its default, its type and what people are
told about it.  Options of commands, and what is remembered, derive from that.  A role brings
settings of its own in a record of the same form, beside these in ``others``.
"""

from enum import Enum
from functools import lru_cache
from typing import Annotated, Final, TypeVar, get_args, get_origin

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields, replace

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.feed.limits import SHOWN_BYTES_PER_AUTHOR
from swarmfeed.core.net import sentences
from swarmfeed.core.net.proxy import door, read_proxy
from swarmfeed.core.net.web import require_tls_address
from swarmfeed.errors import UserError

DISK_BUDGET_BYTES: Final = 10 * 1000**3
"""What a node may keep of other people's chunks unless told otherwise: about 200 million
posts at 50 compressed bytes each, and a small part of any disk sold in the last ten years."""

S = TypeVar("S")


class Quantity(Enum):
    """What a number of a setting counts, where its type does not tell."""

    PORT = "port"
    SIZE = "size"


Port = Annotated[int, Quantity.PORT]
"""0 to 65535; 0 takes any free one."""

Size = Annotated[int, Quantity.SIZE]
"""Bytes."""


class Setting(Struct, frozen=True):
    """What people are told about one field, and by which flag they set it."""

    flag: str
    """``--link-port``; what can be switched off too is ``--dht/--no-dht``."""
    help: str
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    """All that a text may be."""
    alone: str | None = None
    """What the flag means without a value."""
    within: tuple[int, int] | None = None
    """Least and most a number may be."""
    shows_default: bool = False
    """Whether the help shows it; else its sentence says what it has to."""
    hidden: bool = False
    stays: bool = False
    """Whether it means something only to a node that stays, not to one that is opened for a
    single fetch."""
    remembered: str = ""
    """Of a port: as what the one that was got is remembered for the next start."""
    none_at_0: bool = False
    """Of a port: whether 0 is none, and not any free one."""
    restart: bool = True
    """Whether a change needs a restart."""
    kept: bool = True
    """Whether it can be chosen, and is kept for the next starts; else each start says it."""


class Declared(Struct, frozen=True, kw_only=True):
    """One field that people may set."""

    name: str
    kind: object
    """Its type, or the ``Quantity`` it counts; of a field with several values, of each."""
    multiple: bool
    default: object
    setting: Setting


def declared(settings: type) -> tuple[Declared, ...]:
    """Return the fields of a settings record that people may set, in its order."""
    return _declared(settings)


@lru_cache(maxsize=32)  # of each record: there are the node's own, and one for some roles
def _declared(settings: type) -> tuple[Declared, ...]:
    found = []
    for each in fields(settings):
        base, *marks = get_args(each.type) or (each.type,)
        said = next((mark for mark in marks if isinstance(mark, Setting)), None)
        if said is not None:
            multiple = get_origin(base) is tuple
            one = get_args(base)[0] if multiple else base
            kind = next((mark for mark in marks if isinstance(mark, Quantity)), one)
            assert each.default is not NODEFAULT, f"{each.name} of {settings} has no default"
            found.append(
                Declared(
                    name=each.name,
                    kind=kind,
                    multiple=multiple,
                    default=each.default,
                    setting=said,
                )
            )
    return tuple(found)


class NodeSettings(Struct, frozen=True, kw_only=True):
    """How a node begins; what is chosen while it runs is ``ground.choices``."""

    page_port: Annotated[
        Port,
        Setting(
            "--page-port",
            "TCP port of the page; 0: last time's, or any.",
            stays=True,
            remembered="page",
        ),
    ] = 0
    """On 127.0.0.1."""

    tls_port: Annotated[
        Port,
        Setting(
            "--tls-port",
            "TCP port on which apps also find the page's API by https; 0: none.",
            stays=True,
            none_at_0=True,
        ),
    ] = 0
    """On 127.0.0.1 too, with a certificate of its own.  Apps keep the number, so any free one
    would not do."""

    tls_listen: Annotated[
        str,
        Setting(
            "--tls-listen",
            "Another address of this machine on which apps find it by https, as well as on"
            " 127.0.0.1.",
            metavar="ADDR",
            stays=True,
            kept=False,
        ),
    ] = ""
    """Whoever reaches it finds the API for apps there, and no page."""

    listen: Annotated[
        str,
        Setting(
            "--listen",
            "Address on which other nodes reach this one.",
            metavar="ADDR",
            shows_default=True,
            kept=False,
        ),
    ] = "0.0.0.0"  # noqa: S104  a peer has to be reachable; pages stay on 127.0.0.1
    """Address the peer link and the swarm listen on.  Pages listen on 127.0.0.1 whatever
    this says, because whoever reaches them may post."""

    link_port: Annotated[
        Port,
        Setting(
            "--link-port",
            "TCP port of the peer link; 0: last time's, or any.",
            remembered="link",
        ),
    ] = 0
    """Any free one lets several nodes on one machine just work.  A port that is forwarded by
    a router, or stands in links given away, is fixed."""

    swarm_port: Annotated[
        Port,
        Setting("--swarm-port", "TCP and UDP port of the swarm; 0: any."),
    ] = 0

    peers: Annotated[
        tuple[Endpoint, ...],
        Setting("--peer", "Peer link of a node to ask first; may be given several times."),
    ] = ()
    """Links of nodes to dial at the start, before any is found."""

    dht: Annotated[
        bool,
        Setting("--dht/--no-dht", "Join the public DHT to find people."),
    ] = True
    """Whether to join the Mainline DHT: the one way to find people that needs nobody."""

    dht_nodes: Annotated[
        tuple[Endpoint, ...],
        Setting("--dht-node", "Node to enter the DHT by; may be given several times."),
    ] = ()
    """Empty uses the public ones libtorrent knows."""

    lan: Annotated[
        bool,
        Setting("--lan/--no-lan", "Tell the local network you are here."),
    ] = False
    """Off, because it names a person to everybody in the same café."""

    proxy: Annotated[
        str,
        Setting(
            "--proxy",
            "Reach others by this SOCKS5 proxy alone, such as socks5://127.0.0.1:9050. The DHT,"
            " which no such proxy carries, is left out, and nobody is told where you are.",
            metavar="URL",
        ),
    ] = ""
    """Whatever dials goes by way of it.  Names are never looked up."""

    disk_budget_bytes: Annotated[
        Size,
        Setting(
            "--disk", "Disk for what other people wrote; 10 GB if left out.", restart=False
        ),
    ] = DISK_BUDGET_BYTES
    """Most bytes of other people's chunks; own feeds are kept whatever it says."""

    shown_bytes_per_author: Annotated[
        Size,
        Setting(
            "--shown-per-author",
            "Text of one author that can be read and searched, the newest; 256 MB if left out.",
        ),
    ] = SHOWN_BYTES_PER_AUTHOR
    """A packed feed may unpack to a thousand times its size, and an index takes twice that.
    Own posts are shown whatever it says."""

    down_bytes_per_s: Annotated[
        Size,
        Setting(
            "--download-limit",
            "Bytes the swarm takes in a second, such as 500K; 0: no limit.",
            restart=False,
        ),
    ] = 0

    up_bytes_per_s: Annotated[
        Size,
        Setting(
            "--upload-limit",
            "Bytes the swarm sends in a second; 0: no limit.",
            restart=False,
        ),
    ] = 0

    network: bool = True
    """Whether to talk to anybody.  Off for a command that only reads or stores: it opens
    the home, works and is gone."""

    is_passing: bool = False
    """Whether it looks something up and is deleted.  What comes to it is held for a moment: it
    confirms nothing, and nobody is to count on it."""

    told: tuple[str, ...] = ()
    """Flags that the command which started it says: they count before what a home keeps."""

    others: tuple[object, ...] = ()
    """Settings that roles bring, one instance of each record."""

    def __post_init__(self) -> None:
        require_tls_address(self.tls_listen, self.tls_port)
        if self.proxy_at is not None and self.lan:
            raise UserError(sentences.PROXY_AND_LAN())

    @property
    def proxy_at(self) -> Endpoint | None:
        """Where the proxy is; None: there is none.  UserError when it is badly written."""
        return read_proxy(self.proxy)

    @property
    def door(self) -> str:
        """Address that sockets for others are bound to."""
        return door(self.listen, self.proxy_at)

    def as_far_as_it_goes(self) -> "NodeSettings":
        """Return them without what a proxy does not carry."""
        return self if self.proxy_at is None else replace(self, dht=False)

    def of(self, kind: type[S]) -> S:
        """Return a role's own settings: those given, or all its defaults."""
        return next((each for each in self.others if isinstance(each, kind)), None) or kind()

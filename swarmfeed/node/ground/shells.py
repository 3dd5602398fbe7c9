"""What a node touches the world through: one shell behind each door of ``ports``."""

from msgspec import Struct

from swarmfeed.ports import (
    Boxes,
    Cards,
    Clock,
    Dice,
    Envelopes,
    HeadBoard,
    Index,
    Jobs,
    Lan,
    Ledger,
    Links,
    Lists,
    Logs,
    MailStore,
    Poster,
    PrivateFile,
    Ratchets,
    Recent,
    Safe,
    Swarm,
    Verifier,
)
from swarmfeed.ports.archives import Archives
from swarmfeed.ports.kept_settings import KeptSettings
from swarmfeed.ports.logbook import Logbook
from swarmfeed.ports.media import MediaFiles
from swarmfeed.ports.pictures import Pictures
from swarmfeed.ports.sites import Sites
from swarmfeed.ports.web import Web, WebReader


class Outside(Struct, frozen=True, kw_only=True):
    """Those of them that lead to others, or work by themselves."""

    swarm: Swarm
    link: Links
    board: HeadBoard | None
    lan: Lan | None
    cards: Cards
    jobs: Jobs
    poster: Poster
    web: WebReader


class Shells(Struct, frozen=True, kw_only=True):
    """The shells of one node."""

    logs: Logs
    verifier: Verifier
    lists: Lists
    index: Index
    recent: Recent
    swarm: Swarm
    link: Links
    board: HeadBoard | None
    """None without the DHT."""
    lan: Lan | None
    """None where it is to know nothing of us, whatever the person says: behind a proxy."""
    cards: Cards
    jobs: Jobs
    web: Web
    ledger: Ledger
    private: PrivateFile
    letters: Ledger
    """Letters and their sessions, sealed."""
    mail: MailStore
    media: MediaFiles
    pictures: Pictures
    archives: Archives
    sites: Sites
    boxes: Boxes
    envelopes: Envelopes
    ratchets: Ratchets
    dice: Dice
    clock: Clock
    safe: Safe
    kept_settings: KeptSettings
    logbook: Logbook
    pairing: Links
    """Dials machines that wait to become a device: on such a link nothing else is said."""
    policy_clock: Clock
    """What policies of roles go by: the time of ``clock``, but faster in tests (ADR 13)."""

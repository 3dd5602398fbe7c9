"""The doors between what a node decides and what touches the world.

Each door is a narrow Protocol.  ``swarmfeed.shell`` implements them for real,
``street.fakes`` (under ``tools/``) in memory; both pass the same contract suite.
"""

from swarmfeed.ports.additions import Addition, Ahead, Prepared
from swarmfeed.ports.boxes import Boxes
from swarmfeed.ports.dice import Dice
from swarmfeed.ports.envelopes import Envelopes, Ratchets
from swarmfeed.ports.index import Index
from swarmfeed.ports.jobs import Clock, Job, Jobs
from swarmfeed.ports.known import (
    KnownAuthor,
    KnownDevice,
    KnownHolder,
    KnownNotification,
    KnownRegard,
)
from swarmfeed.ports.ledger import Ledger
from swarmfeed.ports.link import Cards, Lan, Links, Peer, Stream
from swarmfeed.ports.lists import Lists
from swarmfeed.ports.logs import Logs, Signer, StillFeed
from swarmfeed.ports.mailstore import (
    GoneParcel,
    KeptBox,
    KeptParcel,
    MailStore,
    SomeParcels,
)
from swarmfeed.ports.poster import Poster, WebReply
from swarmfeed.ports.private import PrivateFile
from swarmfeed.ports.recent import Recent
from swarmfeed.ports.safe import Safe
from swarmfeed.ports.swarm import (
    ChunkArrived,
    DhtPeersFound,
    HeadBoard,
    PeerSentGarbage,
    Swarm,
    SwarmEvent,
    SwarmFailed,
    TorrentProgress,
)
from swarmfeed.ports.verifier import Verifier

__all__ = [
    "Addition",
    "Ahead",
    "Boxes",
    "Cards",
    "ChunkArrived",
    "Clock",
    "DhtPeersFound",
    "Dice",
    "Envelopes",
    "GoneParcel",
    "HeadBoard",
    "Index",
    "Job",
    "Jobs",
    "KeptBox",
    "KeptParcel",
    "KnownAuthor",
    "KnownDevice",
    "KnownHolder",
    "KnownNotification",
    "KnownRegard",
    "Lan",
    "Ledger",
    "Links",
    "Lists",
    "Logs",
    "MailStore",
    "Peer",
    "PeerSentGarbage",
    "Poster",
    "Prepared",
    "PrivateFile",
    "Ratchets",
    "Recent",
    "Safe",
    "Signer",
    "SomeParcels",
    "StillFeed",
    "Stream",
    "Swarm",
    "SwarmEvent",
    "SwarmFailed",
    "TorrentProgress",
    "Verifier",
    "WebReply",
]

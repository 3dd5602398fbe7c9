"""The doors between what a node decides and what touches the world.

Each door is a narrow Protocol.  ``swarmfeed.shell`` implements them for real,
``street.fakes`` (under ``tools/``) in memory; both pass the same contract suite.
"""

from swarmfeed.ports.boxes import Boxes
from swarmfeed.ports.dice import Dice
from swarmfeed.ports.envelopes import Envelopes, Ratchets
from swarmfeed.ports.index import (
    Ahead,
    Index,
    KnownAuthor,
    KnownDevice,
    KnownHolder,
    KnownNotification,
    Prepared,
)
from swarmfeed.ports.jobs import Clock, Job, Jobs
from swarmfeed.ports.ledger import Ledger
from swarmfeed.ports.link import Lan, Links, Peer, Stream
from swarmfeed.ports.lists import Lists
from swarmfeed.ports.logs import Logs, Signer
from swarmfeed.ports.mailstore import (
    GoneParcel,
    KeptBox,
    KeptParcel,
    MailStore,
    SomeParcels,
)
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
    "Ahead",
    "Boxes",
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
    "Lan",
    "Ledger",
    "Links",
    "Lists",
    "Logs",
    "MailStore",
    "Peer",
    "PeerSentGarbage",
    "Prepared",
    "PrivateFile",
    "Ratchets",
    "Recent",
    "Safe",
    "Signer",
    "SomeParcels",
    "Stream",
    "Swarm",
    "SwarmEvent",
    "SwarmFailed",
    "TorrentProgress",
    "Verifier",
]

"""What a node touches the world through: one shell behind each door of ``ports``."""

from dataclasses import dataclass

from swarmfeed.ports import (
    Boxes,
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
    PrivateFile,
    Ratchets,
    Recent,
    Safe,
    Swarm,
    Verifier,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Those of them that lead to others, or work by themselves."""

    swarm: Swarm
    link: Links
    board: HeadBoard | None
    lan: Lan | None
    jobs: Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Shells:
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
    """None unless the local network is to know that we are here."""
    jobs: Jobs
    ledger: Ledger
    private: PrivateFile
    letters: Ledger
    """Letters and their sessions, sealed."""
    mail: MailStore
    boxes: Boxes
    envelopes: Envelopes
    ratchets: Ratchets
    dice: Dice
    clock: Clock
    safe: Safe
    pairing: Links
    """Dials machines that wait to become a device: on such a link nothing else is said."""
    policy_clock: Clock
    """What policies of roles go by: the time of ``clock``, but faster in tests (ADR 13)."""

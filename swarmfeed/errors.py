"""Every exception swarmfeed raises, grouped by who has to act.

SwarmfeedError
├── UserError          the person at the keyboard; the message is shown as it is
│   ├── InUseError     another process has the home open; waiting a moment may be enough
│   ├── SaidBeforeError  the same words were posted just now; meant so, they are sent again
│   └── BadJsonError   a JSON value is not what was asked for
├── RemoteError        a peer broke the rules; drop what it sent, keep running
│   ├── BadEncodingError
│   ├── BadSignatureError
│   ├── BadProofError
│   ├── BadSealError   sealed bytes that do not open: for somebody else, or changed
│   ├── PairingError   a machine and a device did not come together
│   ├── RollbackError  an offered head is older than the one we trust
│   └── ForkError      an author signed two histories; keep both heads as evidence
├── RetryError         the outside world said "not now"; try again later
│   ├── AlreadyLinkedError  whoever was dialled is linked with us already
│   └── PassingError   this machine said so: full, busy, no open files left; nothing is damaged
├── DamageError        our own disk lost or changed bytes; name them, fetch them again
│   └── MendingError   what is derived was damaged, and is being made anew; also "not now"
└── FatalError         our own state is unknown; stop, restart, recover from disk
"""


class SwarmfeedError(Exception):
    """Base of all; never raised itself."""


class UserError(SwarmfeedError):
    """Something the person can mend; the message says how."""


class InUseError(UserError):
    """Another process has the home open: a node, or a command that is about to end."""


class SaidBeforeError(UserError):
    """The same words were posted just now: the person says whether they are meant twice."""


class BadJsonError(UserError):
    """A JSON value of somebody else is not what was asked for.

    Attributes:
        key: Of the value; empty for the whole.
    """

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(sentence)
        self.key = key


class RemoteError(SwarmfeedError):
    """A peer, or bytes from one, broke the rules."""


class BadEncodingError(RemoteError):
    """Bytes that are not the one valid encoding of a value."""


class BadSignatureError(RemoteError):
    """A signature that does not verify, or one made for something else."""


class BadProofError(RemoteError):
    """Hashes that do not lead to the root they claim."""


class BadSealError(RemoteError):
    """Sealed bytes that do not open: they are for somebody else, or were changed."""


class PairingError(RemoteError):
    """A machine did not become a device of somebody.

    Attributes:
        reason: Why: a value of ``core.talk.pairing.PairingReason``, or a later version's.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"no pairing: {reason}")
        self.reason = reason


class RollbackError(RemoteError):
    """A head smaller than the one already trusted."""


class ForkError(RemoteError):
    """Two heads of one feed that cannot both be true.

    Attributes:
        known: Signed text of the head we already trusted.
        offered: Signed text of the head that contradicts it.
    """

    def __init__(self, known: bytes, offered: bytes) -> None:
        super().__init__("the author signed two different histories")
        self.known = known
        self.offered = offered


class RetryError(SwarmfeedError):
    """Not now: nobody answered, or the resource is busy."""


class PassingError(RetryError):
    """This machine cannot just now: nothing is damaged, nothing changed, reading goes on.

    Which failures of a system mean that is one table: ``core.asks.troubles``.

    Attributes:
        trouble: Name of the row; who waits for its end goes by that.
    """

    def __init__(self, sentence: str, trouble: str) -> None:
        super().__init__(sentence)
        self.trouble = trouble


class AlreadyLinkedError(RetryError):
    """Whoever answers at an endpoint is linked with us already; nothing was said to it.

    Attributes:
        node_id: Who it is, proven: 32 bytes.
    """

    def __init__(self, node_id: bytes) -> None:
        super().__init__("there is a link already")
        self.node_id = node_id


class DamageError(SwarmfeedError):
    """Bytes on our own disk are missing or are not what was written."""


class MendingError(DamageError, RetryError):
    """What is derived from the logs is damaged: it is made anew by itself, so try again."""


class FatalError(SwarmfeedError):
    """Our own state is unknown; the process must stop and recover from disk."""

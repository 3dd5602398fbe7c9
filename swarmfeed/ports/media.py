"""Files of media on disk: those that are whole, on their way, and being handed over."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Protocol

from msgspec import Struct

from swarmfeed.core.base.limits import HASH_BYTES, TIME_MS_MAX
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.base.types import EntryRef, Hash
from swarmfeed.core.feed.metainfo import Pieces

REFS_KEPT_MAX = 8
"""Posts by which a file is remembered: as long as one of them names it, it stays."""


class KeptMedium(Struct, frozen=True, kw_only=True):
    """What is remembered of a file that is here, beside it."""

    id: Annotated[Hash, At("i")]
    size_bytes: Annotated[int, At("n"), Between(0, 2**40)]
    v1: Annotated[bytes, At("s"), UpTo(20_000)]
    v2: Annotated[bytes, At("p"), UpTo(32_000)]
    refs: Annotated[tuple[EntryRef, ...], At("r"), UpTo(REFS_KEPT_MAX), OPTIONAL] = ()
    """Posts that name it."""
    profiles: Annotated[tuple[EntryRef, ...], At("f"), UpTo(REFS_KEPT_MAX), OPTIONAL] = ()
    """Profiles that do."""
    letters: Annotated[
        tuple[Annotated[bytes, UpTo(HASH_BYTES)], ...],
        At("l"),
        UpTo(REFS_KEPT_MAX),
        OPTIONAL,
    ] = ()
    """Letters that do, by their ids."""
    own: Annotated[bool, At("o"), OPTIONAL] = False
    """Whether the person here published it: it is never dropped for want of room."""
    since_ms: Annotated[int, At("t"), Between(0, TIME_MS_MAX), OPTIONAL] = 0

    @property
    def is_named(self) -> bool:
        """Whether anything is known to name it."""
        return bool(self.refs or self.profiles or self.letters)

    @property
    def pieces(self) -> Pieces:
        return Pieces(self.size_bytes, self.v1, self.v2)


class MediaFiles(Protocol):
    """Files of media.  Every method blocks; from any thread.

    Each may raise PassingError: not now, and nothing changed.  Those that keep something
    return once that survives a power cut.
    """

    @property
    def folder(self) -> Path:
        """Where whole files lie, under their names: what torrents give."""
        ...

    @property
    def incoming(self) -> Path:
        """Where files lie that are on their way."""
        ...

    def read(self) -> list[KeptMedium]:
        """All that are here; at the start.  What a crash left half made is deleted."""
        ...

    def free_bytes(self) -> int: ...

    def hash(self, path: Path) -> Pieces:
        """Hash a file of any length, a piece at a time."""
        ...

    def keep(self, path: Path, kept: KeptMedium) -> None:
        """Take a file in under its name; it is moved."""
        ...

    def remember(self, kept: KeptMedium) -> None:
        """Write down what is known of a file that is here."""
        ...

    def drop(self, ids: Iterable[Hash]) -> None:
        """Delete files, what was made of them, and what was remembered."""
        ...

    def drop_incoming(self, medium_id: Hash) -> None: ...

    def write_incoming(self, name: str, content: Iterable[bytes]) -> Path:
        """Make a file that is to be kept soon; not synced."""
        ...

    def shown(self, medium_id: Hash, form: str) -> Path | None:
        """Where a picture lies that was made of a file, if it is there."""
        ...

    def made_bytes(self) -> dict[str, int]:
        """How long all such pictures of each file are together, by the name of the file."""
        ...

    def write_shown(self, medium_id: Hash, form: str, content: bytes) -> None:
        """Keep such a picture; it can be made again, so it is not synced."""
        ...

    # --- what is handed over ---

    def add_part(self, upload: str, data: bytes) -> int:
        """Append to a file that is handed over; returns how long it is.  UserError: there is
        none of that name, or it is too long."""
        ...

    def begin_upload(self) -> str:
        """Begin one, and return its name; the oldest one goes if too many wait."""
        ...

    def upload(self, name: str) -> Path:
        """Where one lies.  UserError: there is none."""
        ...

    def put_upload(self, name: str, content: Iterable[bytes]) -> None:
        """Let one of that name wait again, in one step; not synced."""
        ...

    def drop_upload(self, name: str) -> None: ...

    def drop_uploads_before(self, time_s: float) -> None: ...

    # --- of drafts ---

    def drafted(self) -> list[str]:
        """Names of all that lie sealed for drafts."""
        ...

    def keep_drafted(self, name: str, sealed: Iterable[bytes]) -> None:
        """Keep one of that name, in one step."""
        ...

    def drafted_path(self, name: str) -> Path:
        """Where one lies, if it is there."""
        ...

    def drop_drafted(self, names: Iterable[str]) -> None: ...

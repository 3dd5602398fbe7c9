"""What people write to each other about circles: the fields of letters, and of rows.

ask       {}                                    may I read what you protect?
reopen    {}                                    I may, and no key of mine opens what is new
welcome   {"c": circle (16), "e": epoch, "g": tree (8), "k": key of the epoch, "l": leaf,
           "n": name, "p": the 15 keys of the path}
declined  {}
shared    {"f": feed id, "k": entry key, "n": index}       one post for one more person
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, cast

from msgspec import Struct

from swarmfeed.core.base.bencoding import Encodable, Fields, Value, decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX, KEY_BYTES
from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.circles.limits import (
    CIRCLE_ID_BYTES,
    LEAVES_MAX,
    NAME_CHARS_MAX,
    TREE_HEIGHT,
    TREE_ID_BYTES,
)
from swarmfeed.core.feed.limits import EPOCHS_MAX
from swarmfeed.errors import BadEncodingError

ASK: Final = "ask"
REOPEN: Final = "reopen"
WELCOME: Final = "welcome"
DECLINED: Final = "declined"
SHARED: Final = "shared"

PATH_BYTES: Final = (TREE_HEIGHT + 1) * KEY_BYTES
WELCOME_BYTES_MAX: Final = 2_048


class Admission(Struct, frozen=True, kw_only=True):
    """What lets somebody read a circle."""

    circle_id: Annotated[bytes, At("c"), UpTo(CIRCLE_ID_BYTES)]
    epoch: Annotated[int, At("e"), Between(0, EPOCHS_MAX)]
    tree_id: Annotated[bytes, At("g"), UpTo(TREE_ID_BYTES)]
    key: Annotated[bytes, At("k"), UpTo(KEY_BYTES)]
    """Of that epoch: what was posted since it began can be read at once."""
    leaf: Annotated[int, At("l"), Between(0, LEAVES_MAX - 1)]
    name: Annotated[str, At("n"), Between(1, NAME_CHARS_MAX)]
    path: Annotated[bytes, At("p"), UpTo(PATH_BYTES)]

    @property
    def node_keys(self) -> list[bytes]:
        return [self.path[at : at + KEY_BYTES] for at in range(0, PATH_BYTES, KEY_BYTES)]


class SharedPost(Struct, frozen=True, kw_only=True):
    """The key of one protected entry."""

    feed_id: Annotated[FeedId, At("f")]
    key: Annotated[bytes, At("k"), UpTo(KEY_BYTES)]
    index: Annotated[int, At("n"), Between(0, FEED_ENTRIES_MAX - 1)]


_WELCOME: Final = codec_of(Admission)
_SHARED: Final = codec_of(SharedPost)

LetterFields = Mapping[bytes, Any]


def write_welcome(welcome: Admission) -> dict[bytes, Encodable]:
    """Return the fields of the letter."""
    return _WELCOME.write(welcome)


def read_welcome(fields: LetterFields) -> Admission:
    """Read a letter.  Raises BadEncodingError."""
    return _checked(_WELCOME.read(_opened(fields)))


def encode_welcome(welcome: Admission) -> bytes:
    """Return it as a row of the private state."""
    return encode(_WELCOME.write(welcome))


def decode_welcome(value: bytes) -> Admission:
    """Read such a row.  Raises BadEncodingError."""
    fields = decode_fields(value, "welcome", limit_bytes=WELCOME_BYTES_MAX)
    return _checked(_WELCOME.read(fields))


def write_shared(shared: SharedPost) -> dict[bytes, Encodable]:
    """Return the fields of the letter."""
    return _SHARED.write(shared)


def read_shared(fields: LetterFields) -> SharedPost:
    """Read a letter.  Raises BadEncodingError."""
    found = _SHARED.read(_opened(fields))
    if len(found.key) != KEY_BYTES:
        raise BadEncodingError(f"key of {len(found.key)} bytes")
    return found


def _checked(found: Admission) -> Admission:
    lengths = (len(found.circle_id), len(found.tree_id), len(found.key), len(found.path))
    if lengths != (CIRCLE_ID_BYTES, TREE_ID_BYTES, KEY_BYTES, PATH_BYTES):
        raise BadEncodingError(f"welcome with lengths {lengths}")
    return found


def _opened(fields: LetterFields) -> Fields:
    return Fields(cast(Value, dict(fields)), "letter")

"""What the key of a sheet says in the DHT: whose it is.

Words give a key, and not the author: the author id is a hash, and outlives keys.  So under the
key of each sheet lies a BEP 44 item, salt "author":

    second sheet  {"a": author id}                                              seq 1
    first sheet   {"a": author id, "k"?: key of the second sheet,
                   "s"?: its signature of the item of the second sheet}         seq 2

The item of the second sheet is signed when the sheet is made, for after that nobody has its
key: whoever has the first sheet's item can put both again.  Only the sheet's own key can say
whose it is, and the author's certificates tell which sheet it is, if any.
"""

from typing import Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.limits import HASH_BYTES, KEY_BYTES, SIGNATURE_BYTES
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.core.net.krpc import SHEET_SALT, Item, signed_buffer
from swarmfeed.core.net.limits import KRPC_VALUE_BYTES_MAX

_SECOND_SEQ: Final = 1
_FIRST_SEQ: Final = 2


class SheetFound(Struct, frozen=True, kw_only=True):
    """What lies under the key of a sheet."""

    author_id: AuthorId
    second: Item | None
    """The item of the second sheet, verified; None where the sheet says nothing of it."""


def sign_sheets(author: AuthorKey, second: SigningKey) -> tuple[Item, Item]:
    """Return the items of both sheets, made while both keys are at hand: first, second."""
    other = _sign(second, encode({b"a": author.author_id}), _SECOND_SEQ)
    fields = {b"a": author.author_id, b"k": other.public, b"s": other.signature}
    return _sign(author.signing, encode(fields), _FIRST_SEQ), other


def _sign(key: SigningKey, value: bytes, seq: int) -> Item:
    signature = key.sign(signed_buffer(value, seq, SHEET_SALT))
    return Item(public=key.public, value=value, seq=seq, signature=signature)


def read_sheet(value: bytes) -> SheetFound:
    """Read what the key of a sheet signed.

    Raises:
        BadEncodingError: It is nothing of the kind.
        BadSignatureError: The second sheet did not sign what it says of that.
    """
    fields = decode_fields(value, "sheet", limit_bytes=KRPC_VALUE_BYTES_MAX)
    author_id = AuthorId(fields.take_bytes(b"a", length=HASH_BYTES))
    if b"k" not in fields:
        return SheetFound(author_id=author_id, second=None)
    second = Item(
        public=fields.take_bytes(b"k", length=KEY_BYTES),
        value=encode({b"a": author_id}),
        seq=_SECOND_SEQ,
        signature=fields.take_bytes(b"s", length=SIGNATURE_BYTES),
    )
    buffer = signed_buffer(second.value, second.seq, SHEET_SALT)
    verify_signature(second.public, buffer, second.signature)
    return SheetFound(author_id=author_id, second=second)

"""Messages of the peer link as bytes: one canonical bencoded dict each.

    d ... 1:m4:want ... e           key ``m`` names the type, the other keys are its fields

A message of a type this version does not know decodes to ``Unknown`` and is ignored, and so
are unknown keys: later versions may add both.  Everything else is exact: a decoder gives a
value within the bounds of ``limits`` or raises BadEncodingError.
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import Codec, codec_of
from swarmfeed.core.base.limits import MESSAGE_BYTES_MAX, MESSAGE_VALUES_MAX
from swarmfeed.core.base.spelling import check_word, take_word
from swarmfeed.core.catchup import words as catchup
from swarmfeed.core.history import words as history
from swarmfeed.core.letters import words as letters
from swarmfeed.core.library import words as library
from swarmfeed.core.lookup import words as lookup
from swarmfeed.core.mailboxes import words as mailboxes
from swarmfeed.core.media import words as media
from swarmfeed.core.near import words as near
from swarmfeed.core.partition import words as partition
from swarmfeed.core.push import words as push
from swarmfeed.core.relay import words as circuits
from swarmfeed.core.state import words as state
from swarmfeed.core.supernode import words as supernode
from swarmfeed.core.talk import words as talk
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.pairing import PAIRING_WORDS
from swarmfeed.core.witness import words as witness


class Unknown(Struct, frozen=True):
    """A well-formed message of a type this version does not know; to be ignored."""

    name: str


class Vocabulary:
    """The types of message that two nodes understand; does not change."""

    def __init__(self, words: Iterable[type[Message]]) -> None:
        """Take the types.

        Raises:
            TypeError: A type is badly declared, or two have the same name.
            BadEncodingError: A name is not a short lower-case word.
        """
        self.words: Final = tuple(words)
        self._codecs: Final[dict[type, tuple[bytes, Codec[Message]]]] = {}
        self._by_name: Final[dict[bytes, Codec[Message]]] = {}
        for word in self.words:
            name, codec = check_word(word.name.encode()), codec_of(word)
            if name in self._by_name or any(part.key == "m" for part in codec.parts):
                raise TypeError(f"{word.__name__} is named like another, or has a key m")
            self._codecs[word] = name, codec
            self._by_name[name] = codec

    def encode(self, message: Message) -> bytes:
        """Return the bytes of a message.

        Raises:
            ValueError: It is longer than a peer accepts; split it.
        """
        name, codec = self._codecs[type(message)]
        fields = codec.write(message)
        fields[b"m"] = name
        data = encode(fields)
        if len(data) > MESSAGE_BYTES_MAX:
            raise ValueError(f"message of {len(data)} bytes, at most {MESSAGE_BYTES_MAX}")
        return data

    def decode(self, data: bytes) -> Message | Unknown:
        """Read a message.  Raises BadEncodingError."""
        fields = decode_fields(
            data,
            "message",
            limit_bytes=MESSAGE_BYTES_MAX,
            values_max=MESSAGE_VALUES_MAX,
        )
        name = take_word(fields, b"m")
        codec = self._by_name.get(name)
        return Unknown(name.decode("ascii")) if codec is None else codec.read(fields)


VOCABULARY: Final = Vocabulary(
    (
        *talk.WORDS,
        *history.WORDS,
        *state.WORDS,
        *circuits.WORDS,
        *supernode.WORDS,
        *lookup.WORDS,
        *catchup.WORDS,
        *witness.WORDS,
        *push.WORDS,
        *partition.WORDS,
        *library.WORDS,
        *letters.WORDS,
        *mailboxes.WORDS,
        *media.WORDS,
        *near.WORDS,
    )
)
"""Everything a peer may say after hello: one tuple of each role."""

PAIRING: Final = Vocabulary(PAIRING_WORDS)
"""What is said on the one link between two machines that pair, and on no other."""

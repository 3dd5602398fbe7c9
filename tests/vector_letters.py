"""How the code is asked about each vector of letters."""

from pathlib import Path
from secrets import token_bytes

from swarmfeed.core.base.ratchets import RatchetHeader
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.base.x25519 import x25519_public
from swarmfeed.core.feed.kinds import encode_body
from swarmfeed.core.feed.medium import encode_medium
from swarmfeed.core.feed.sealed_kinds import PrekeysBody
from swarmfeed.core.letters.agreeing import Parties, secret_of_answerer, secret_of_opener
from swarmfeed.core.letters.content import (
    decode_content,
    encode_content,
    letter_id,
    pad_content,
    read_pictures,
    read_text,
    unpad_content,
)
from swarmfeed.core.letters.prekeys import expand_prekeys, hash_prekeys, public_prekeys
from swarmfeed.shell.boxes import HpkeEnvelopes
from swarmfeed.shell.ratchets import DoubleRatchets

from tests.vector_feeds import Vector, unhex

ENVELOPES = HpkeEnvelopes()


def published(seed: bytes, until_ms: int) -> PrekeysBody:
    privates = expand_prekeys(seed)
    return public_prekeys(privates, ENVELOPES.mlkem_public(privates.mlkem_seed), until_ms)


def check_letter_keys(vector: Vector, _: Path) -> None:
    body = published(unhex(vector["seed"]), vector["until_ms"])
    assert encode_body(body) == unhex(vector["body"])
    assert hash_prekeys(body) == unhex(vector["name"])


def check_letter_session(vector: Vector, _: Path) -> None:
    own, other = expand_prekeys(unhex(vector["seed"])), unhex(vector["other_seed"])
    theirs, their_own = published(other, vector["until_ms"]), expand_prekeys(other)
    opener, answerer = (FeedId(unhex(vector[each])) for each in ("opener", "answerer"))
    parties = Parties(
        opener=opener,
        answerer=answerer,
        keys_hash=hash_prekeys(theirs),
        suite=vector["suite"],
    )
    ephemeral = unhex(vector["ephemeral"])
    mlkem = ENVELOPES.decapsulate(their_own.mlkem_seed, unhex(vector["mlkem_text"]))
    assert mlkem == unhex(vector["mlkem"])
    secret = secret_of_opener(parties, own.identity, ephemeral, theirs, mlkem)
    public = x25519_public(own.identity), x25519_public(ephemeral)
    assert secret == secret_of_answerer(parties, their_own, *public, mlkem)
    header = RatchetHeader(ratchet=unhex(vector["ratchet"]), before=0, number=0)
    context = b"swarmfeed letter 1" + opener + answerer
    _, plain = DoubleRatchets(token_bytes).answer(
        secret, their_own.prekey, header, unhex(vector["sealed"]), context
    )
    assert plain == unhex(vector["plain"])
    assert secret == unhex(vector["secret"])


def check_letter(vector: Vector, _: Path) -> None:
    encoded = unpad_content(unhex(vector["padded"]))
    content = decode_content(encoded)
    assert pad_content(encode_content(content)) == unhex(vector["padded"])
    assert letter_id(AuthorId(unhex(vector["author"])), encoded) == unhex(vector["id"])
    assert (read_text(content.body), content.time_ms) == (vector["text"], vector["time_ms"])
    pictures = [encode_medium(each).hex() for each in read_pictures(content.body)]
    assert pictures == vector.get("pictures", [])

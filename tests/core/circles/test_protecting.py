"""Protected entries: who may open them, and what their bytes tell to who may not."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.aead import seal
from swarmfeed.core.base.types import EntryRef, Hash
from swarmfeed.core.circles.protecting import (
    SIZES,
    EntryKey,
    accept_key,
    commitment,
    entry_key,
    find_key,
    open_protected,
    protect,
)
from swarmfeed.core.feed.kinds import (
    Body,
    BoostBody,
    EditBody,
    FollowBody,
    PostBody,
    ReactBody,
    encode_body,
)
from swarmfeed.errors import BadSealError, RemoteError, UserError

from tests.core.circles.scene import FEED, OTHER_FEED, author

KEY, OTHER, NONCE = b"k" * 32, b"o" * 32, bytes(range(24))
OWN = entry_key(KEY, NONCE)
REF = EntryRef(FEED, Hash(b"h" * 32), 4)

BODIES = [
    PostBody("hé"),
    PostBody("x", reply=REF, root=REF, cw="w", tags=("a",)),
    ReactBody(REF, "🎉"),
    BoostBody(REF),
    EditBody(3, "new"),
]


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_what_is_protected_comes_back(body: Body) -> None:
    made = protect(body, KEY, NONCE, FEED, 9)
    assert find_key(made, OTHER) is None
    own = find_key(made, KEY)
    assert own is not None
    assert own == accept_key(made, entry_key(KEY, NONCE))
    assert open_protected(made, own, FEED, 9) == body


@pytest.mark.attack("A191")
@pytest.mark.parametrize(("feed_id", "index"), [(OTHER_FEED, 9), (FEED, 10)])
def test_in_another_place_it_says_nothing(feed_id: object, index: int) -> None:
    """Somebody puts what another wrote into their own log, or into another place."""
    made = protect(PostBody("x"), KEY, NONCE, FEED, 9)
    with pytest.raises(BadSealError):
        open_protected(made, accept_key(made, OWN), feed_id, index)  # type: ignore[arg-type]


@pytest.mark.attack("A190")
def test_no_entry_opens_as_two_texts() -> None:
    """Whatever is encrypted, an entry commits to one key; with another it is refused."""
    made = protect(PostBody("for anna"), KEY, NONCE, FEED, 9)
    own = entry_key(OTHER, NONCE)
    with pytest.raises(BadSealError, match="commits"):
        accept_key(made, own)
    lying = replace(made, commitment=commitment(own))
    with pytest.raises(BadSealError, match="not open"):
        open_protected(lying, accept_key(lying, own), FEED, 9)
    with pytest.raises(BadSealError, match="commits"):
        accept_key(lying, OWN)
    assert find_key(lying, KEY) is None


def test_a_kind_that_has_to_be_public_says_nothing_inside() -> None:
    made = protect(FollowBody(author(1), True), KEY, NONCE, FEED, 9)
    said = open_protected(made, accept_key(made, OWN), FEED, 9)
    assert said.kind == "follow"
    assert not isinstance(said, FollowBody)


@given(st.text(min_size=1, max_size=2_500))
def test_lengths_fall_into_classes(text: str) -> None:
    made = protect(PostBody(text), KEY, NONCE, FEED, 0)
    assert len(made.sealed) - 16 in SIZES
    assert len(encode_body(made)) <= 8_192


def test_the_longest_post_fits_and_a_longer_one_is_refused() -> None:
    longest = protect(PostBody("x" * 8_000), KEY, NONCE, FEED, 0)
    assert len(encode_body(longest)) <= 8_192
    with pytest.raises(UserError, match="bytes"):
        protect(PostBody("x" * 8_000, reply=REF), KEY, NONCE, FEED, 0)


def test_equal_posts_have_nothing_in_common() -> None:
    one, other = (protect(PostBody("x"), KEY, bytes([n]) * 24, FEED, 0) for n in (1, 2))
    assert one.commitment != other.commitment
    blocks = [{each.sealed[at : at + 8] for at in range(0, 96, 8)} for each in (one, other)]
    assert not blocks[0] & blocks[1]


@given(st.binary(max_size=300))
def test_garbage_that_was_encrypted_raises_the_one_error(garbage: bytes) -> None:
    own = EntryKey(OWN)
    empty = protect(PostBody("x"), KEY, NONCE, FEED, 0)
    inner = hmac.digest(own, b"swarmfeed protected key 1", "sha256")
    made = replace(empty, sealed=seal(inner, NONCE, garbage, FEED + bytes(8)))
    with pytest.raises(RemoteError):
        open_protected(made, own, FEED, 0)

"""Media as entries name them."""

from msgspec.structs import replace
from swarmfeed.core.base.limits import BODY_BYTES_MAX
from swarmfeed.core.feed.kinds import PostBody, decode_body, encode_body
from swarmfeed.core.feed.limits import MEDIUM_BYTES_MAX
from swarmfeed.core.feed.medium import Medium, is_whole, medium_name, medium_torrent
from swarmfeed.core.feed.metainfo import hash_pieces, piece_count, pieces_root

PIECES = hash_pieces(bytes(3_000_000))
PICTURE = Medium(
    size_bytes=PIECES.size_bytes, v1=PIECES.v1, v2=PIECES.v2, type="image/jpeg", alt="A bee."
)


def test_a_post_names_its_media() -> None:
    post = PostBody("Look!", media=(PICTURE,))
    assert decode_body("post", encode_body(post, bytes(16))) == post
    assert PICTURE.id == pieces_root(PIECES)
    assert medium_torrent(PIECES).name == medium_name(PICTURE.id)


def test_one_with_other_pieces_or_half_a_key_is_not_whole() -> None:
    assert is_whole(PICTURE)
    assert is_whole(replace(PICTURE, key=bytes(32)))
    assert not is_whole(replace(PICTURE, key=bytes(16)))
    assert not is_whole(replace(PICTURE, v1=PIECES.v1[20:]))
    assert not is_whole(replace(PICTURE, v2=PIECES.v2 + bytes(32)))
    assert not is_whole(replace(PICTURE, size_bytes=1_000))


def test_the_longest_file_fits_an_entry_beside_a_text() -> None:
    count = piece_count(MEDIUM_BYTES_MAX)
    film = replace(
        PICTURE, size_bytes=MEDIUM_BYTES_MAX, v1=bytes(20 * count), v2=bytes(32 * count)
    )
    assert is_whole(film)
    assert len(encode_body(PostBody("x" * 2_000, media=(film,)), bytes(16))) < BODY_BYTES_MAX

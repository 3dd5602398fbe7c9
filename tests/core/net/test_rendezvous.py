"""Where holders of an author meet."""

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.net.rendezvous import author_topic


def test_the_topic_of_an_author_is_a_published_digest() -> None:
    """printf 'swarmfeed author 1' > t; head -c 32 /dev/zero >> t; sha1sum t"""
    assert author_topic(AuthorId(bytes(32))).hex() == "2200a1b09123caba90d79a612aebd11e28aeea74"


def test_authors_have_topics_of_their_own_as_long_as_an_info_hash() -> None:
    topics = {author_topic(AuthorId(bytes([number]) * 32)) for number in range(256)}
    assert len(topics) == 256
    assert {len(topic) for topic in topics} == {20}

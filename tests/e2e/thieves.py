"""A thief: a node of their own, made with the stolen words, that tells what they signed."""

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.node.ground.home import key_path
from swarmfeed.shell.disk.keyfile import open_keys
from swarmfeed.shell.disk.logs import FileLogs

from tests.e2e.nodes import Node


def stolen_key(thief: Node) -> AuthorKey:
    """Return the author key that lies in the thief's home."""
    keys = open_keys(key_path(thief.home), "")
    assert keys.author is not None
    return keys.author.author_key(keys.author_id)


def feed_key(node: Node) -> SigningKey:
    """Return the key of the feed that a home writes."""
    return SigningKey(open_keys(key_path(node.home), "").feed_seed)


def feed_of(node: Node) -> FeedId:
    return FeedId(feed_key(node).public)


def plant(node: Node, *signed: bytes) -> None:
    """Put certificates into a home whose node does not run: it tells them when it does."""
    assert node.process is None, "its node would not look"
    logs = FileLogs(node.home / "feeds")
    known = logs.read_certificates(feed_of(node))
    logs.replace_certificates(feed_of(node), [*known, *signed])

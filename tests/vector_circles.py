"""How the code is asked about each vector of circles."""

from pathlib import Path

from swarmfeed.core.base.bencoding import decode
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.circles.letters import decode_welcome, encode_welcome, read_welcome
from swarmfeed.core.circles.protecting import accept_key, entry_key, find_key, open_protected
from swarmfeed.core.circles.rekey import open_before, open_epoch
from swarmfeed.core.circles.tree import cover, path, path_keys
from swarmfeed.core.feed.kinds import decode_body, encode_body
from swarmfeed.core.feed.sealed_kinds import ProtectedBody, RekeyBody
from swarmfeed.errors import BadSealError

from tests.vector_feeds import Vector, unhex


def check_circle_tree(vector: Vector, _: Path) -> None:
    assert path(vector["leaf"]) == vector["path"]
    keys = path_keys(unhex(vector["seed"]), vector["leaf"])
    assert [key.hex() for key in keys] == vector["path_keys"]
    assert sorted(cover(vector["assigned"], vector["removed"])) == vector["cover"]


def check_rekey(vector: Vector, _: Path) -> None:
    body = decode_body("rekey", unhex(vector["body"]))
    assert isinstance(body, RekeyBody)
    assert encode_body(body) == unhex(vector["body"])
    node_keys = [unhex(key) for key in vector["node_keys"]]
    key = open_epoch(body, FeedId(unhex(vector["feed"])), node_keys)
    if key is None:
        raise BadSealError("it does not open")
    assert key.hex() == vector["key"]
    before = open_before(body, FeedId(unhex(vector["feed"])), key)
    assert before is not None
    assert before.hex() == vector["before"]


def check_protected(vector: Vector, _: Path) -> None:
    body = decode_body("protected", unhex(vector["body"]))
    assert isinstance(body, ProtectedBody)
    key, feed_id = unhex(vector["key"]), FeedId(unhex(vector["feed"]))
    own = accept_key(body, entry_key(key, body.nonce))
    found = open_protected(body, own, feed_id, vector["index"])
    assert find_key(body, key) == own
    assert found.kind == vector["kind"]
    assert encode_body(found).hex() == vector["said"]


def check_welcome(vector: Vector, _: Path) -> None:
    fields = decode(unhex(vector["fields"]), limit_bytes=2_048)
    assert isinstance(fields, dict)
    welcome = read_welcome(fields)
    assert decode_welcome(encode_welcome(welcome)) == welcome
    assert encode_welcome(welcome) == unhex(vector["fields"])
    said = (welcome.leaf, welcome.epoch, welcome.name)
    assert said == (vector["leaf"], vector["epoch"], vector["name"])

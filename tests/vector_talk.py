"""How the code is asked about each vector of what is said, shown and typed elsewhere."""

from pathlib import Path

from swarmfeed.core.base.address import (
    format_address,
    parse_link,
)
from swarmfeed.core.base.backup_words import seed_of_words, words_of_seed
from swarmfeed.core.base.boxes import recovery_seed
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.types import AuthorId, FeedId, Hash, NodeId
from swarmfeed.core.feed.certificate import open_certificate
from swarmfeed.core.feed.limits import MARK_SLOT_BYTES
from swarmfeed.core.feed.metainfo import (
    hash_pieces,
    piece_length,
    pieces_root,
)
from swarmfeed.core.feed.replica import verify_fork
from swarmfeed.core.net.rendezvous import author_topic
from swarmfeed.core.state.exchange import box_info, decode_news, verify_proof
from swarmfeed.core.state.recovery import open_recovery
from swarmfeed.core.state.rows import encode_row
from swarmfeed.core.state.snapshot import open_snapshot, split_blob
from swarmfeed.core.talk.deposit import decode_deposit
from swarmfeed.core.talk.device_link import (
    DeviceLink,
    format_device_link,
    hash_recipient,
    parse_device_link,
)
from swarmfeed.core.talk.gate import gate_key, make_gate, read_gate
from swarmfeed.core.talk.handshake import proof_text
from swarmfeed.core.talk.pairing import (
    PairAsk,
    PairDone,
    PairJoin,
    PairWho,
    Who,
    hash_talk,
    hash_who,
)
from swarmfeed.core.talk.pairing_sides import NewSide, OldSide
from swarmfeed.core.talk.sheets import read_sheet
from swarmfeed.shell.boxes import HpkeBoxes
from swarmfeed.shell.disk.highwater import MarkFiles

from tests.vector_feeds import Vector, proof_of, unhex


def check_topic(vector: Vector, _: Path) -> None:
    assert author_topic(AuthorId(unhex(vector["author"]))).hex() == vector["topic"]


def check_gate(vector: Vector, _: Path) -> None:
    author_id, value = AuthorId(unhex(vector["author"])), unhex(vector["v"])
    assert gate_key(author_id).public.hex() == vector["k"]
    found = read_gate(value, author_id)
    assert found.feed_id.hex() == vector["feed"]
    assert [each.hex() for each in found.certificates] == vector["certificates"]
    made = make_gate(author_id, {each: open_certificate(each) for each in found.certificates})
    assert made is not None and (made.value, made.seq) == (value, vector["seq"])


def check_sheet(vector: Vector, _: Path) -> None:
    found = read_sheet(unhex(vector["v"]))
    assert found.author_id.hex() == vector["author"]
    assert (found.second is not None) == ("second" in vector)
    if found.second is not None:
        second = (found.second.public.hex(), found.second.value.hex(), found.second.seq)
        assert second == (vector["second"], vector["second_v"], vector["second_seq"])


def check_deposit(vector: Vector, _: Path) -> None:
    feed_id, seq = FeedId(unhex(vector["feed"])), vector["seq"]
    assert decode_deposit(unhex(vector["v"]), feed_id, seq).head.size == vector["size"]


def check_hello_proof(vector: Vector, _: Path) -> None:
    node_id = NodeId(unhex(vector["node"]))
    text = proof_text(unhex(vector["certificate_hash"]), unhex(vector["nonce"]), node_id)
    verify_signature(node_id, text, unhex(vector["proof"]))


def check_mark(vector: Vector, folder: Path) -> None:
    feed_id = FeedId(bytes(range(32)))
    slots = [unhex(each).ljust(MARK_SLOT_BYTES, b"\0") for each in vector["slots"]]
    (folder / format_address(feed_id)).write_bytes(b"".join(slots))
    mark = MarkFiles(folder).read(feed_id)
    says = vector["mark"]
    if mark is None or says is None:
        assert mark is says is None
        return
    found = (mark.size, mark.root.hex(), mark.reach, mark.ending.value, mark.frames.hex())
    assert found == tuple(says[key] for key in ("size", "root", "reach", "end", "j"))


def check_link(vector: Vector, _: Path) -> None:
    link = parse_link(vector["link"])
    assert (link.author_id.hex(), link.name) == (vector["author"], vector["name"])
    assert [[at.host, at.port] for at in link.at] == vector["at"]
    assert (link.next_key_hash.hex() if link.next_key_hash else None) == vector["next"]


def check_words(vector: Vector, _: Path) -> None:
    seed = seed_of_words(vector["typed"])
    assert (seed.hex(), words_of_seed(seed)) == (vector["seed"], vector["words"])


def check_pieces(vector: Vector, _: Path) -> None:
    content = bytes(index % 251 for index in range(vector["bytes"]))
    pieces = hash_pieces(content)
    assert (pieces.size_bytes, piece_length(len(content))) == (
        vector["n"],
        vector["piece_length"],
    )
    found = (pieces.v1.hex(), pieces.v2.hex(), pieces_root(pieces).hex())
    assert found == (vector["s"], vector["p"], vector["pieces_root"])


def check_fork(vector: Vector, _: Path) -> None:
    feed_id = FeedId(unhex(vector["feed"]))
    first, second = vector["first"].encode(), vector["second"].encode()
    verify_fork(feed_id, first, second, proof_of(vector))


def check_box(vector: Vector, _: Path) -> None:
    boxes, seed, info = HpkeBoxes(), unhex(vector["seed"]), unhex(vector["info"])
    assert boxes.public_of(seed) == unhex(vector["public"])
    assert boxes.open(seed, unhex(vector["box"]), info) == unhex(vector["plain"])


def check_recovery(vector: Vector, _: Path) -> None:
    seed = recovery_seed(unhex(vector["author_seed"]))
    assert seed == unhex(vector["seed"])
    assert HpkeBoxes().public_of(seed) == unhex(vector["public"])


def check_recovery_keys(vector: Vector, _: Path) -> None:
    found = open_recovery(unhex(vector["signed"]))
    assert found.author_id == unhex(vector["author"])
    assert (found.generation, found.this.hex()) == (vector["generation"], vector["this"])
    assert found.next.hex() == vector["next"]


def check_device_link(vector: Vector, _: Path) -> None:
    link = parse_device_link(vector["link"])
    assert (link.feed_id.hex(), link.key_hash.hex()) == (vector["feed"], vector["key_hash"])
    assert (link.until_s, list(map(str, link.at))) == (vector["until_s"], vector["at"])
    assert format_device_link(link) == vector.get("written", vector["link"])


def check_pairing(vector: Vector, _: Path) -> None:
    """The new machine's side, word for word; then what the device makes of the same."""
    old, new = (NodeId(unhex(vector[each])) for each in ("old_node", "new_node"))
    boxes, seed = HpkeBoxes(), unhex(vector["recipient_seed"])
    recipient, feed_key = boxes.public_of(seed), SigningKey(unhex(vector["feed_seed"]))
    ask = PairAsk(
        proof=Hash(unhex(vector["proof"])), commitment=Hash(unhex(vector["commitment"]))
    )
    machine_nonce = Hash(unhex(vector["machine_nonce"]))
    side = NewSide(feed_key, recipient, new, "laptop", machine_nonce)
    key = side.answer(old, ask)
    talk = hash_talk(old, new, ask, key)
    assert talk.hex() == vector["talk"]
    assert hash_who(talk, unhex(vector["who"])).hex() == vector["said"]
    opened = lambda box, info: boxes.open(seed, box, info)  # noqa: E731
    shown = side.learn(PairWho(unhex(vector["who_box"])), opened)
    assert (shown.code, shown.called) == (vector["code"], "Ada")
    joined = side.join(PairJoin(unhex(vector["welcome_box"])), opened)
    assert joined.certificate.hex() == vector["join"]
    link = DeviceLink(
        feed_id=FeedId(feed_key.public),
        key_hash=hash_recipient(recipient),
        until_s=0,
        at=(),
    )
    who = Who(
        author_id=shown.author_id, nonce=Hash(unhex(vector["device_nonce"])), called="Ada"
    )
    device = OldSide(link, old, who)
    assert device.ask(new) == ask
    assert device.propose(new, key, boxes.seal)[1] == shown
    assert device.finish(PairDone(joined.certificate)) == joined.certificate


def check_snapshot(vector: Vector, _: Path) -> None:
    blob, seed, boxes = unhex(vector["blob"]), unhex(vector["seed"]), HpkeBoxes()
    feed_id = FeedId(unhex(vector["feed"]))
    found = open_snapshot(blob, feed_id, lambda box, info: boxes.open(seed, box, info))
    assert [encode_row(row).hex() for row in found.rows] == vector["rows"]
    assert found.made_ms == vector["made_ms"]
    assert {body.id.hex() for body in split_blob(blob)} == {vector["id"]}


def check_mine(vector: Vector, _: Path) -> None:
    sender, receiver = (NodeId(unhex(vector[each])) for each in ("sender", "receiver"))
    verify_proof(FeedId(unhex(vector["feed"])), sender, receiver, unhex(vector["proof"]))


def check_news(vector: Vector, _: Path) -> None:
    info = box_info(*(FeedId(unhex(vector[each])) for each in ("sender", "receiver")))
    found = decode_news(HpkeBoxes().open(unhex(vector["seed"]), unhex(vector["box"]), info))
    assert [encode_row(row).hex() for row in found.rows] == vector["rows"]
    assert {device.hex(): at for device, at in (found.knows or {}).items()} == vector["knows"]

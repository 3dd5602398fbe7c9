"""How the code is asked about each vector of feeds: what is signed, and where it lies."""

from pathlib import Path
from typing import Any

import _ed25519
from swarmfeed.core.base.address import (
    format_address,
    format_author,
    parse_address,
    parse_author,
)
from swarmfeed.core.base.bencoding import decode, encode
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.types import AuthorId, ChunkSpan, FeedId, Hash
from swarmfeed.core.feed.author import choose_certificates, feeds_of
from swarmfeed.core.feed.certificate import Join, Keep, Leave, Rotate, open_certificate
from swarmfeed.core.feed.chunk import unpack_chunk, verify_chunk
from swarmfeed.core.feed.chunklist import (
    covering_spans,
    decode_chunk_list,
    hash_chunk_list,
    make_record,
)
from swarmfeed.core.feed.entry import (
    decode_entry,
    encode_entry,
    encode_withdrawn,
    hash_stored,
)
from swarmfeed.core.feed.head import open_head, open_receipt, verifier_key
from swarmfeed.core.feed.kinds import decode_body
from swarmfeed.core.feed.merkle import consistency_roots, root_hash, verify_inclusion
from swarmfeed.core.feed.metainfo import (
    Pieces,
    chunk_torrent,
    list_torrent,
)
from swarmfeed.core.feed.patching import digests_of, patch_for, patched
from swarmfeed.core.feed.public_id import public_id, time_of_id
from swarmfeed.core.feed.replica import open_offer, open_replica, verify_fork
from swarmfeed.core.feed.withdrawal import strip_all, without_named
from swarmfeed.core.history.notice import open_goodbye, open_notice
from swarmfeed.core.near.badge import open_badge
from swarmfeed.core.net.krpc import mutable_target, signed_buffer
from swarmfeed.core.relay.locator import open_locator
from swarmfeed.core.supernode.records import LOAD_STEPS, encode_record, open_record
from swarmfeed.core.talk.headitem import open_item
from swarmfeed.core.witness.cosignature import open_cosignature
from swarmfeed.errors import (
    BadProofError,
    ForkError,
    RetryError,
    RollbackError,
    UserError,
)
from swarmfeed.shell.disk.journal import read_journal
from swarmfeed.shell.disk.statements import read_certificates, read_fork

Vector = dict[str, Any]


def unhex(text: str) -> bytes:
    return bytes.fromhex(text)


def proof_of(vector: Vector) -> list[Hash]:
    return [Hash(unhex(item)) for item in vector["proof"]]


def check_signature(vector: Vector, _: Path) -> None:
    key, message = unhex(vector["key"]), unhex(vector["message"])
    signature = unhex(vector["signature"])
    assert _ed25519.is_signature(key, message, signature) == ("error" not in vector)
    if "seed" in vector:
        own = SigningKey(unhex(vector["seed"]))
        assert (own.public, own.sign(message)) == (key, signature)
    verify_signature(key, message, signature)


def bencode_of(vector: Vector) -> bytes:
    value, times = unhex(vector["value"]), vector.get("in_a_list_times")
    return value if times is None else b"l" + value * times + b"e"


def check_bencode(vector: Vector, _: Path) -> None:
    raw = bencode_of(vector)
    assert encode(decode(raw, limit_bytes=len(raw))) == raw


def check_body(vector: Vector, _: Path) -> None:
    body = decode_body(vector["kind"], unhex(vector["body"]))
    assert body.kind == vector["kind"]


def check_address(vector: Vector, _: Path) -> None:
    if vector.get("version") == 2:
        author_id = parse_author(vector["address"])
        assert author_id == unhex(vector["key"])
        assert format_author(author_id) == vector["address"]
        return
    feed_id = FeedId(parse_address(vector["address"]))
    assert feed_id == unhex(vector["key"])
    assert format_address(feed_id) == vector["address"]


def check_id(vector: Vector, _: Path) -> None:
    name = public_id(FeedId(unhex(vector["feed"])), vector["index"], vector["time_ms"])
    if not name:
        raise UserError("it has no id")
    assert name == vector["id"]
    assert time_of_id(name) == vector["time_ms"]


def check_certificate(vector: Vector, _: Path) -> None:
    opened = open_certificate(unhex(vector["signed"]))
    kinds = {"join": Join, "keep": Keep, "leave": Leave, "rotate": Rotate}
    assert isinstance(opened, kinds[vector["type"]])
    assert opened.author_id == unhex(vector["author"])
    assert (opened.generation, opened.key) == (vector["gen"], unhex(vector["key"]))
    assert opened.next_key_hash == unhex(vector["next"])
    if isinstance(opened, Rotate):
        assert opened.was == unhex(vector["was"])
        return
    assert (opened.feed_id, opened.from_ms) == (
        unhex(vector["feed"]),
        vector["from_ms"],
    )
    if isinstance(opened, Leave):
        assert opened.size == vector["size"]
    elif isinstance(opened, Keep):
        assert opened.old_join == unhex(vector["join"])
        assert opened.feed_signature == unhex(vector["sig"])
        assert opened.end == vector.get("end")
    else:
        assert opened.is_first == bool(vector.get("first"))


def check_notice(vector: Vector, _: Path) -> None:
    opened = open_notice(unhex(vector["signed"]))
    assert (opened.word, opened.reason) == (vector["word"], vector["reason"])
    assert opened.node_id == unhex(vector["node"])
    assert opened.author_id == unhex(vector["author"])
    assert opened.feed_id == unhex(vector["feed"])
    assert (opened.size, opened.feed_bytes) == (vector["size"], vector["bytes"])
    assert (opened.made_ms, opened.until_ms) == (vector["made"], vector["until"])


def check_supernode(vector: Vector, _: Path) -> None:
    record = open_record(unhex(vector["signed"]))
    assert encode_record(record) == unhex(vector["signed"])
    assert record.node_id == unhex(vector["node"])
    assert (record.endpoint.host, record.endpoint.port) == (
        vector["host"],
        vector["port"],
    )
    assert (record.size_class, record.load * LOAD_STEPS) == (
        vector["class"],
        vector["load"],
    )
    assert (record.eligible, record.serving) == (vector["eligible"], vector["serving"])
    assert (record.age_minutes, record.made_s) == (vector["age"], vector["made"])


def check_badge(vector: Vector, _: Path) -> None:
    opened = open_badge(unhex(vector["signed"]))
    assert opened.name == vector["name"]
    assert opened.author_id.hex() == vector["author"]
    assert (opened.feed_id.hex(), opened.node_id.hex()) == (vector["feed"], vector["node"])


def check_locator(vector: Vector, _: Path) -> None:
    opened = open_locator(unhex(vector["signed"]))
    assert opened.author_id == unhex(vector["author"])
    assert opened.feed_id == unhex(vector["feed"])
    assert opened.node_id == unhex(vector["node"])
    assert opened.made_ms == vector["made"]
    assert [each.hex() for each in opened.relays] == vector["relays"]


def check_goodbye(vector: Vector, _: Path) -> None:
    opened = open_goodbye(unhex(vector["signed"]))
    assert (opened.node_id, opened.made_ms) == (unhex(vector["node"]), vector["made"])


def check_entry(vector: Vector, _: Path) -> None:
    entry = decode_entry(unhex(vector["stored"]))
    assert entry.body is not None
    assert (entry.kind, entry.time_ms) == (vector["kind"], vector["time_ms"])
    assert entry.body.hex() == vector["body"]
    assert encode_entry(entry.kind, entry.time_ms, entry.body).hex() == vector["stored"]
    withdrawn = encode_withdrawn(entry.kind, entry.time_ms, entry.body_hash)
    assert withdrawn.hex() == vector["withdrawn"]
    assert hash_stored(withdrawn).hex() == vector["entry_hash"]
    assert hash_stored(unhex(vector["stored"])).hex() == vector["entry_hash"]


def check_tree(vector: Vector, _: Path) -> None:
    hashes = [Hash(unhex(item)) for item in vector["entry_hashes"]]
    for size, root in enumerate(vector["roots"]):
        assert root_hash(hashes[:size]).hex() == root


def check_inclusion(vector: Vector, _: Path) -> None:
    verify_inclusion(
        Hash(unhex(vector["entry_hash"])),
        vector["index"],
        vector["size"],
        proof_of(vector),
        Hash(unhex(vector["root"])),
    )


def check_consistency(vector: Vector, _: Path) -> None:
    roots = consistency_roots(vector["old"], vector["new"], proof_of(vector))
    if [root.hex() for root in roots] != [vector["old_root"], vector["new_root"]]:
        raise BadProofError("leads to other roots")


def check_head(vector: Vector, _: Path) -> None:
    head = open_head(vector["signed"].encode(), FeedId(unhex(vector["feed"])))
    found = (head.size, head.root.hex(), head.time_ms, head.chunks_hash.hex())
    assert found == tuple(vector[key] for key in ("size", "root", "time_ms", "chunks_hash"))
    if "verifier_key" in vector:
        assert verifier_key(head.feed_id) == vector["verifier_key"]


def check_witness(vector: Vector, _: Path) -> None:
    found = open_cosignature(vector["head"].encode(), vector["witness"].encode())
    assert (found.witness.hex(), found.time_s) == (vector["node"], vector["time_s"])


def check_receipt(vector: Vector, _: Path) -> None:
    receipt = open_receipt(vector["head"].encode(), vector["receipt"].encode())
    assert receipt.node_id.hex() == vector["node"]
    assert receipt.time_s == vector["time_s"]


def check_chunk(vector: Vector, _: Path) -> None:
    verify_chunk(unhex(vector["chunk"]), vector["level"], Hash(unhex(vector["root"])))


def check_withdrawal(vector: Vector, _: Path) -> None:
    tail, kept = ([*map(unhex, vector[key])] for key in ("tail", "kept"))
    assert without_named(tail, vector["start"]) == kept
    assert without_named(kept, vector["start"]) == kept


def check_patch(vector: Vector, _: Path) -> None:
    root = Hash(unhex(vector["root"]))
    old, new = (unhex(vector[key]["chunk"]) for key in ("before", "after"))
    records = [make_record(each, root) for each in (old, new)]
    assert [each.pieces.v2.hex() for each in records] == [
        vector[key]["p"] for key in ("before", "after")
    ]
    verify_chunk(new, vector["level"], root)
    assert digests_of(old).hex() == vector["digests"]
    frames = {number: unhex(frame) for number, frame in vector["frames"]}
    assert patched(old, records[0], frames, records[1]) == new
    assert patch_for(new, unhex(vector["digests"])) == frames
    left = [each for part in unpack_chunk(new) for each in part]
    whole = [each for part in unpack_chunk(old) for each in part]
    assert left == strip_all(whole, 0, vector["gone"])


def check_chunklist(vector: Vector, _: Path) -> None:
    for size, spans in vector.get("spans", ()):
        found = [[span.level, span.position] for span in covering_spans(size)]
        assert found == spans
    if "chunk_list" in vector:
        encoded = unhex(vector["chunk_list"])
        (record,) = decode_chunk_list(encoded, vector["size"])
        assert hash_chunk_list(encoded).hex() == vector["sha256"]
        assert record.root.hex() == vector["record"]["r"]


def check_torrent(vector: Vector, _: Path) -> None:
    record = vector["record"]
    pieces = Pieces(record["n"], unhex(record["s"]), unhex(record["p"]))
    feed_id = FeedId(unhex(vector["feed"]))
    if "sealed" in vector:
        torrent = list_torrent(feed_id, vector["sealed"], pieces)
    else:
        torrent = chunk_torrent(feed_id, ChunkSpan(*vector["span"]), pieces)
    for key in ("info_hash", "info_hash_v2", "torrent"):
        assert getattr(torrent, key).hex() == vector[key]
    assert torrent.name == vector["name"]
    assert unhex(vector["info"]) in torrent.torrent


def check_journal(vector: Vector, folder: Path) -> None:
    path = folder / "journal"
    path.write_bytes(unhex(vector["journal"]))
    state = read_journal(path)
    feed_id = FeedId(unhex(vector["feed"]))
    replica = open_replica(feed_id, state.signed_head, state.chunk_list, state.tail)
    assert (replica.size, state.end) == (vector["size"], vector["end"])


def check_fork_file(vector: Vector, folder: Path) -> None:
    (folder / "fork").write_bytes(unhex(vector["file"]))
    fork = read_fork(folder)
    assert fork is not None
    verify_fork(FeedId(unhex(vector["feed"])), *fork)


def check_dht_head(vector: Vector, _: Path) -> None:
    feed_id, salt = FeedId(unhex(vector["k"])), vector["salt"].encode()
    value, seq = unhex(vector["v"]), vector["seq"]
    assert mutable_target(feed_id, salt).hex() == vector["target"]
    verify_signature(feed_id, signed_buffer(value, seq, salt), unhex(vector["sig"]))
    assert open_item(feed_id, value, seq).size == vector["size"]


def check_offer(vector: Vector, _: Path) -> None:
    feed_id = FeedId(unhex(vector["feed"]))
    known, offered = (
        (said["head"].encode(), unhex(said["chunk_list"]), [*map(unhex, said["tail"])])
        for said in (vector["known"], vector["offered"])
    )
    replica = open_replica(feed_id, *known)
    then = {ForkError: "fork", RollbackError: "refused", RetryError: "proof asked for"}
    try:
        open_offer(replica, feed_id, *offered, proof_of(vector))
    except (ForkError, RollbackError, RetryError) as error:
        assert then[type(error)] == vector["then"]
    else:
        assert vector["then"] == "taken"


def check_certificate_set(vector: Vector, _: Path) -> None:
    author_id = AuthorId(unhex(vector["author"]))
    opened = {each: open_certificate(each) for each in map(unhex, vector["certificates"])}
    state = feeds_of(author_id, opened.values())
    assert (state.generation, state.is_disputed) == (
        vector["generation"],
        vector["disputed"],
    )
    assert [[feed.feed_id.hex(), feed.end] for feed in state.feeds] == vector["feeds"]
    chosen = choose_certificates(author_id, opened)
    assert feeds_of(author_id, [opened[each] for each in chosen]) == state
    if "kept" in vector:
        assert [each.hex() for each in chosen] == vector["kept"]


def check_certificates_file(vector: Vector, folder: Path) -> None:
    (folder / "certificates").write_bytes(unhex(vector["file"]))
    assert [each.hex() for each in read_certificates(folder)] == vector["certificates"]

"""The code against the vectors of docs/FORMAT.md, which reference code wrote."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import _ed25519
import pytest
from swarmfeed.core.base import limits
from swarmfeed.core.base.address import (
    format_address,
    format_author,
    parse_address,
    parse_author,
    parse_link,
)
from swarmfeed.core.base.backup_words import seed_of_words, words_of_seed
from swarmfeed.core.base.bencoding import decode, encode
from swarmfeed.core.base.boxes import recovery_seed
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.types import AuthorId, ChunkSpan, FeedId, Hash, NodeId
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
from swarmfeed.core.feed.limits import MARK_SLOT_BYTES
from swarmfeed.core.feed.merkle import consistency_roots, root_hash, verify_inclusion
from swarmfeed.core.feed.metainfo import (
    Pieces,
    chunk_torrent,
    hash_pieces,
    list_torrent,
    piece_length,
    pieces_root,
)
from swarmfeed.core.feed.patching import digests_of, patch_for, patched
from swarmfeed.core.feed.public_id import public_id, time_of_id
from swarmfeed.core.feed.replica import open_offer, open_replica, verify_fork
from swarmfeed.core.feed.withdrawal import strip_all, without_named
from swarmfeed.core.history.notice import open_goodbye, open_notice
from swarmfeed.core.net.krpc import mutable_target, signed_buffer
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
from swarmfeed.core.talk.headitem import open_item
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
from swarmfeed.errors import (
    BadProofError,
    DamageError,
    ForkError,
    RemoteError,
    RetryError,
    RollbackError,
    UserError,
)
from swarmfeed.shell.boxes import HpkeBoxes
from swarmfeed.shell.disk.highwater import MarkFiles
from swarmfeed.shell.disk.journal import read_journal
from swarmfeed.shell.disk.statements import read_certificates, read_fork

from tests.cases import check_each

ROOT = Path(__file__).parent.parent
VECTORS = ROOT / "tests" / "vectors"

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
    assert (state.generation, state.is_disputed) == (vector["generation"], vector["disputed"])
    assert [[feed.feed_id.hex(), feed.end] for feed in state.feeds] == vector["feeds"]
    chosen = choose_certificates(author_id, opened)
    assert feeds_of(author_id, [opened[each] for each in chosen]) == state
    if "kept" in vector:
        assert [each.hex() for each in chosen] == vector["kept"]


def check_certificates_file(vector: Vector, folder: Path) -> None:
    (folder / "certificates").write_bytes(unhex(vector["file"]))
    assert [each.hex() for each in read_certificates(folder)] == vector["certificates"]


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


CHECKS: dict[str, Callable[[Vector, Path], None]] = {
    "signature": check_signature,
    "bencode": check_bencode,
    "body": check_body,
    "address": check_address,
    "certificate": check_certificate,
    "entry": check_entry,
    "tree": check_tree,
    "inclusion": check_inclusion,
    "consistency": check_consistency,
    "head": check_head,
    "receipt": check_receipt,
    "chunk": check_chunk,
    "chunklist": check_chunklist,
    "torrent": check_torrent,
    "journal": check_journal,
    "fork": check_fork,
    "fork-file": check_fork_file,
    "dht-head": check_dht_head,
    "offer": check_offer,
    "withdrawal": check_withdrawal,
    "patch": check_patch,
    "certificate-set": check_certificate_set,
    "certificates-file": check_certificates_file,
    "deposit": check_deposit,
    "gate": check_gate,
    "hello-proof": check_hello_proof,
    "link": check_link,
    "mark": check_mark,
    "sheet": check_sheet,
    "topic": check_topic,
    "pieces": check_pieces,
    "words": check_words,
    "notice": check_notice,
    "goodbye": check_goodbye,
    "id": check_id,
    "box": check_box,
    "recovery": check_recovery,
    "recovery-keys": check_recovery_keys,
    "device-link": check_device_link,
    "pairing": check_pairing,
    "snapshot": check_snapshot,
    "mine": check_mine,
    "news": check_news,
}
PATHS = sorted(VECTORS.glob("*/*.json"))


LONG = [path for path in PATHS if path.stem.endswith("-parts")]
"""Those of 400,000 parts take seconds."""


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def check_vector(path: Path, folder: Path) -> None:
    vector = json.loads(path.read_text(encoding="utf-8"))
    check = CHECKS[path.parent.name]
    assert ("-bad-" in path.stem or path.stem.startswith("bad-")) == ("error" in vector)
    folder.mkdir()
    if "error" in vector:
        with pytest.raises((RemoteError, UserError, DamageError)):
            check(vector, folder)
    else:
        check(vector, folder)


@pytest.mark.parametrize("topic", CHECKS)
def test_the_code_agrees_with_the_vectors(topic: str, tmp_path: Path) -> None:
    paths = [path for path in PATHS if path.parent.name == topic and path not in LONG]
    check_each(
        ((name(path), path) for path in paths),
        lambda path: check_vector(path, tmp_path / path.stem),
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", LONG, ids=name)
def test_the_code_agrees_with_the_long_vector(path: Path, tmp_path: Path) -> None:
    check_vector(path, tmp_path / path.stem)


@pytest.mark.parametrize(
    ("says", "limit"),
    [
        ("0 to 8,192 bytes", limits.BODY_BYTES_MAX),
        ("16 letters", limits.KIND_BYTES_MAX),
        ("15 digits", len(str(limits.TIME_MS_MAX))),
        ("2,113,538 bytes", limits.FRAME_BYTES_MAX),
        ("2,134,673 * 16^L", limits.CHUNK_BYTES_MAX // 16**3),
        ("at most 4,096; none", limits.FRAME_BLOCKS_MAX),
        ("4,141 records", limits.CHUNK_LIST_RECORDS_MAX),
        ("64 hashes", limits.CONSISTENCY_HASHES_MAX),
        ("64 feeds, each", limits.FEEDS_PER_AUTHOR_MAX),
        ("longer than 996 bytes", limits.HEAD_BYTES_MAX),
        ("signed certificate | 1,000 bytes", limits.CERTIFICATE_BYTES_MAX),
        ("1,024 characters", limits.LINK_CHARS_MAX),
        ("1 to 8,000 bytes", limits.TEXT_BYTES_MAX),
        ("more than 400,000 parts", limits.VALUES_MAX),
        ("journal | 8 MiB", limits.JOURNAL_BYTES_MAX // 2**20),
        ("`at` occurs at most 8", limits.ENDPOINTS_MAX),
    ],
)
def test_format_states_the_limits_that_hold(says: str, limit: int) -> None:
    assert says in (ROOT / "docs" / "FORMAT.md").read_text(encoding="utf-8")
    assert re.search(rf"\b{limit:,}\b", says)


def test_every_topic_has_vectors() -> None:
    assert {path.parent.name for path in PATHS} == CHECKS.keys()


@pytest.mark.slow
def test_vectors_and_format_are_what_the_tool_writes() -> None:
    tool = [sys.executable, str(ROOT / "tools" / "make_vectors.py"), "--check"]
    done = subprocess.run(tool, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

"""The second implementation, ``tools/verify_feed.py``, against the vectors of the first."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import _feed_author as author
import _feed_format as ref
import _people_format as people
import _said_format as said
import _talk_format as talk
import pytest
import verify_feed
from _body_format import read_body

from tests.cases import check_each

VECTORS = Path(__file__).parent / "vectors"

Vector = dict[str, Any]


def unhex(text: str) -> bytes:
    return bytes.fromhex(text)


def hashes(texts: list[str]) -> list[bytes]:
    return [unhex(text) for text in texts]


def check_bencode(vector: Vector, _: Path) -> None:
    value, times = unhex(vector["value"]), vector.get("in_a_list_times")
    raw = value if times is None else b"l" + value * times + b"e"
    ref.decode(raw, "bencode")


def check_body(vector: Vector, _: Path) -> None:
    read_body(vector["kind"], unhex(vector["body"]))


def check_notice(vector: Vector, _: Path) -> None:
    body = said.open_notice(unhex(vector["signed"]))
    assert {key: body[key.encode()] for key in ("made", "until", "size", "bytes")} == {
        key: vector[key] for key in ("made", "until", "size", "bytes")
    }
    assert body[b"word"].decode() == vector["word"]


def check_supernode(vector: Vector, _: Path) -> None:
    signed = unhex(vector["signed"])
    assert {**said.open_record(signed), "signed": vector["signed"]} == vector


def check_badge(vector: Vector, _: Path) -> None:
    body = said.open_badge(unhex(vector["signed"]))
    assert body[b"name"].decode() == vector["name"]
    for key in ("author", "feed", "node"):
        assert body[key.encode()].hex() == vector[key]


def check_locator(vector: Vector, _: Path) -> None:
    body = said.open_locator(unhex(vector["signed"]))
    assert body[b"made"] == vector["made"]
    for key in ("author", "feed", "node"):
        assert body[key.encode()].hex() == vector[key]
    assert [each.hex() for each in body[b"relays"]] == vector["relays"]


def check_goodbye(vector: Vector, _: Path) -> None:
    assert said.open_goodbye(unhex(vector["signed"]))[b"made"] == vector["made"]


def check_offer(vector: Vector, _: Path) -> None:
    feed = unhex(vector["feed"])
    known = ref.open_head(vector["known"]["head"].encode(), feed)
    offered = ref.open_head(vector["offered"]["head"].encode(), feed)
    assert ref.order(known, offered, hashes(vector["proof"])) == vector["then"]


def check_certificate_set(vector: Vector, _: Path) -> None:
    bodies = [author.open_certificate(unhex(each)) for each in vector["certificates"]]
    state = author.state_of(unhex(vector["author"]), bodies) or author.State(0, {}, False)
    assert (state.generation, state.disputed) == (vector["generation"], vector["disputed"])
    assert [[feed.hex(), end] for feed, end in state.ends.items()] == vector["feeds"]


def check_certificates_file(vector: Vector, _: Path) -> None:
    listed = verify_feed.read_certificates(unhex(vector["file"]))
    assert [each.hex() for each in listed] == vector["certificates"]


def check_gate(vector: Vector, _: Path) -> None:
    feed, certificates = talk.read_gate(unhex(vector["v"]), unhex(vector["author"]))
    assert (feed.hex(), [each.hex() for each in certificates]) == (
        vector["feed"],
        vector["certificates"],
    )


def check_sheet(vector: Vector, _: Path) -> None:
    whose, second = talk.read_sheet(unhex(vector["v"]))
    assert whose.hex() == vector["author"]
    assert (second.hex() if second else None) == vector.get("second")


def check_deposit(vector: Vector, _: Path) -> None:
    talk.read_deposit(unhex(vector["v"]), unhex(vector["feed"]), vector["seq"])


def check_dht_head(vector: Vector, _: Path) -> None:
    key, value, seq = unhex(vector["k"]), unhex(vector["v"]), vector["seq"]
    talk.check_item(key, b"head", seq, value, unhex(vector["sig"]))
    head = ref.open_head(value, key)
    ref.need(head.size == seq, "under another number than its size")


def check_link(vector: Vector, _: Path) -> None:
    link = people.read_link(vector["link"])
    assert (link["author"].hex(), link["name"]) == (vector["author"], vector["name"])
    assert [[*at] for at in link["at"]] == vector["at"]
    assert (link["next"].hex() if link["next"] else None) == vector["next"]


def check_device_link(vector: Vector, _: Path) -> None:
    link = people.read_device_link(vector["link"])
    found = (link["feed"].hex(), link["hash"].hex(), link["until"])
    assert found == (vector["feed"], vector["key_hash"], vector["until_s"])
    shown = [f"[{h}]:{p}" if ":" in h else f"{h}:{p}" for h, p in link["at"]]
    assert shown == vector["at"]


def check_words(vector: Vector, _: Path) -> None:
    seed = people.read_words(vector["typed"])
    assert (seed.hex(), " ".join(people.words_of(seed))) == (vector["seed"], vector["words"])


def check_receipt(vector: Vector, _: Path) -> None:
    node, time_s = said.open_receipt(vector["receipt"], vector["head"].encode())
    assert (node.hex(), time_s) == (vector["node"], vector["time_s"])


def check_witness(vector: Vector, _: Path) -> None:
    node, time_s = said.open_receipt(vector["witness"], vector["head"].encode(), "witness")
    assert (node.hex(), time_s) == (vector["node"], vector["time_s"])


def check_address(vector: Vector, _: Path) -> None:
    version = bytes([vector.get("version", 1)])
    key = ref.parse_address(vector["address"], "address", version)
    assert key.hex() == vector["key"]


def check_certificate(vector: Vector, _: Path) -> None:
    body = author.open_certificate(unhex(vector["signed"]))
    assert body[b"type"].decode() == vector["type"]
    assert body[b"author"].hex() == vector["author"]


def check_entry(vector: Vector, _: Path) -> None:
    stored = unhex(vector["stored"])
    entry = ref.read_entry(stored, 0)
    ref.need(entry.end == len(stored), "bytes after it")
    assert (entry.kind, entry.body) == (vector["kind"], unhex(vector["body"]))
    withdrawn = ref.read_entry(unhex(vector["withdrawn"]), 0)
    assert withdrawn.entry_hash == entry.entry_hash == unhex(vector["entry_hash"])
    assert withdrawn.body is None


def check_consistency(vector: Vector, _: Path) -> None:
    roots = ref.consistency_roots(vector["old"], vector["new"], hashes(vector["proof"]))
    found = [root.hex() for root in roots]
    ref.need(found == [vector["old_root"], vector["new_root"]], "leads elsewhere")


def check_tree(vector: Vector, _: Path) -> None:
    entries = hashes(vector["entry_hashes"])
    for size, root in enumerate(vector["roots"]):
        assert ref.tree_root(entries[:size]).hex() == root


def check_head(vector: Vector, _: Path) -> None:
    head = ref.open_head(vector["signed"].encode(), unhex(vector["feed"]))
    found = (head.size, head.root.hex(), head.time_ms, head.chunks_hash.hex())
    assert found == tuple(vector[key] for key in ("size", "root", "time_ms", "chunks_hash"))


def check_chunk(vector: Vector, _: Path) -> None:
    entries = ref.chunk_entries(unhex(vector["chunk"]), vector["level"])
    root = ref.tree_root([entry.entry_hash for entry in entries])
    ref.need(root.hex() == vector["root"], "leads to another root")


def check_chunklist(vector: Vector, _: Path) -> None:
    for size, spans in vector.get("spans", ()):
        assert [list(span) for span in ref.spans(size)] == spans
    if "chunk_list" in vector:
        (record,) = ref.read_chunk_list(unhex(vector["chunk_list"]), vector["size"])
        assert record[b"r"].hex() == vector["record"]["r"]


def check_torrent(vector: Vector, _: Path) -> None:
    said = vector["record"]
    record = {b"n": said["n"], b"p": unhex(said["p"]), b"s": unhex(said["s"])}
    assert ref.info_hash(vector["name"], record) == vector["info_hash"]


def check_pieces(vector: Vector, _: Path) -> None:
    content = bytes(index % 251 for index in range(vector["bytes"]))
    record = {b"n": vector["n"], b"p": unhex(vector["p"]), b"s": unhex(vector["s"])}
    ref.check_pieces(content, record, "pieces")


def check_journal(vector: Vector, folder: Path) -> None:
    content = unhex(vector["journal"])
    (folder / "journal").write_bytes(content)
    checker = verify_feed.Checker(folder)
    checker.check_head(unhex(vector["feed"]))
    assert checker.report.problems == []
    assert checker.report.size == vector["size"]
    torn = len(content) - vector["end"]
    said = [note for note in checker.report.notes if note.startswith(f"journal: {torn} bytes")]
    assert len(said) == (torn > 0)


def check_fork_file(vector: Vector, _: Path) -> None:
    verify_feed.open_fork(unhex(vector["file"]), unhex(vector["feed"]))


CHECKS: dict[str, Callable[[Vector, Path], None]] = {
    "address": check_address,
    "bencode": check_bencode,
    "body": check_body,
    "certificate": check_certificate,
    "chunk": check_chunk,
    "chunklist": check_chunklist,
    "consistency": check_consistency,
    "entry": check_entry,
    "fork-file": check_fork_file,
    "head": check_head,
    "journal": check_journal,
    "goodbye": check_goodbye,
    "notice": check_notice,
    "offer": check_offer,
    "certificate-set": check_certificate_set,
    "certificates-file": check_certificates_file,
    "deposit": check_deposit,
    "device-link": check_device_link,
    "dht-head": check_dht_head,
    "gate": check_gate,
    "link": check_link,
    "pieces": check_pieces,
    "receipt": check_receipt,
    "witness": check_witness,
    "sheet": check_sheet,
    "badge": check_badge,
    "locator": check_locator,
    "supernode": check_supernode,
    "torrent": check_torrent,
    "tree": check_tree,
    "words": check_words,
}
PATHS = sorted(path for topic in CHECKS for path in (VECTORS / topic).glob("*.json"))


LONG = [path for path in PATHS if path.stem.endswith("-parts") or path.match("*/6?-feeds*")]
"""Those of 400,000 parts take seconds, sets of 64 feeds half of one."""


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def check_vector(path: Path, folder: Path) -> None:
    vector = json.loads(path.read_text(encoding="utf-8"))
    check = CHECKS[path.parent.name]
    folder.mkdir()
    if "error" in vector:
        with pytest.raises(ref.Invalid):
            check(vector, folder)
    else:
        check(vector, folder)


@pytest.mark.parametrize("topic", CHECKS)
def test_the_second_implementation_agrees_with_the_vectors(topic: str, tmp_path: Path) -> None:
    paths = [path for path in PATHS if path.parent.name == topic and path not in LONG]
    check_each(
        ((name(path), path) for path in paths),
        lambda path: check_vector(path, tmp_path / path.stem),
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", LONG, ids=name)
def test_the_second_implementation_agrees_with_the_long_vector(
    path: Path, tmp_path: Path
) -> None:
    check_vector(path, tmp_path / path.stem)

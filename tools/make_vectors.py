"""Write the test vectors of docs/FORMAT.md, and the worked examples inside it.

    python tools/make_vectors.py            write tests/vectors/ and the examples in FORMAT.md
    python tools/make_vectors.py --check    fail if one of them is not what would be written

Nothing of swarmfeed is imported: the vectors come from reference code, the definitions word
for word (``tests/core/reference.py``, ``_reference_forms.py``, ``_reference_boxes.py``).  The
program is tested against them.
"""

import json
import re
import sys
from base64 import b32encode, b64encode
from collections.abc import Callable, Iterator
from hashlib import sha1, sha256
from typing import Any

from _certificate_vectors import certificate_cases
from _reference_forms import (
    FEED,
    NEXT,
    NODE,
    NOW_MS,
    ROOT,
    address,
    bencode,
    cosignature,
    entry_hash,
    head_text,
    journal_frame,
    note,
    public,
    raw_frame,
    reference,
    shown,
    spans,
    stored,
    verifier_key,
)
from vectors import (
    badges,
    bencodes,
    bodies,
    chunks,
    disk,
    entries,
    heads,
    locators,
    notices,
    offers,
    people,
    said,
    sets,
    supernodes,
    talk,
    withdrawn,
)
from vectors.boxes import box_cases
from vectors.circles import circle_cases
from vectors.devices import device_cases
from vectors.letters import letter_cases
from vectors.media import media_cases
from vectors.parcels import parcel_cases
from vectors.signatures import signature_cases
from vectors.state import state_cases

VECTORS = ROOT / "tests" / "vectors"
FORMAT = ROOT / "docs" / "FORMAT.md"

Case = tuple[str, dict[str, Any]]
"""Path below tests/vectors without its ending, and what stands in the file."""

INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
INPUTS.append("606162636465666768696a6b6c6d6e6f")


# --- the cases ---


def tree_cases() -> Iterator[Case]:
    hashes = [reference.leaf_hash(bytes.fromhex(item)) for item in INPUTS]
    roots = [reference.mth(hashes[:size]).hex() for size in range(9)]
    yield "tree/roots", {"entry_hashes": hexes(hashes), "roots": roots}
    for index, size in ((0, 1), (0, 8), (5, 8), (2, 3), (1, 5), (6, 7)):
        case = {
            "index": index,
            "size": size,
            "entry_hash": hashes[index].hex(),
            "proof": hexes(reference.path(index, hashes[:size])),
            "root": roots[size],
        }
        yield f"inclusion/{index}-in-{size}", case
        yield from bad_proofs(f"inclusion/{index}-in-{size}", case)
    for old, new in ((1, 8), (6, 8), (2, 5), (6, 7), (4, 8)):
        proof = reference.proof(old, hashes[:new])
        if old.bit_count() == 1:
            proof = [bytes.fromhex(roots[old]), *proof]
        case = {
            "old": old,
            "new": new,
            "proof": hexes(proof),
            "old_root": roots[old],
            "new_root": roots[new],
        }
        yield f"consistency/{old}-to-{new}", case
        yield from bad_proofs(f"consistency/{old}-to-{new}", case)


def bad_proofs(name: str, case: dict[str, Any]) -> Iterator[Case]:
    proof: list[str] = case["proof"]
    if not proof:
        return
    changes: dict[str, list[str]] = {
        "proof-too-long": [*proof, proof[0]],
        "proof-too-short": proof[:-1],
    }
    for at in range(len(proof)):
        flipped = f"{int(proof[at][:2], 16) ^ 8:02x}" + proof[at][2:]
        changes[f"proof-hash-{at}-bit-3"] = [*proof[:at], flipped, *proof[at + 1 :]]
    for change, wrong in changes.items():
        yield f"{name}-bad-{change}", {**case, "proof": wrong, "error": change}


def head_cases() -> Iterator[Case]:
    feed = {"feed": public(FEED).hex()}
    root, chunks = sha256(b"root").digest(), sha256(b"le").digest()
    text = head_text(2, root, NOW_MS, chunks)
    yield (
        "head/valid",
        {
            **feed,
            "size": 2,
            "root": root.hex(),
            "time_ms": NOW_MS,
            "chunks_hash": chunks.hex(),
            "signed": note(text).decode(),
            "verifier_key": verifier_key(),
        },
    )
    stray = b64encode(root).decode()
    stray = stray[:-2] + chr(ord(stray[-2]) + 1) + "="
    other = text.replace(address(public(FEED)).encode(), address(public(NEXT)).encode())
    bad = {
        "size-with-leading-zero": note(head_text("02", root, NOW_MS, chunks)),
        "size-beyond-the-limit": note(head_text(2**32 + 1, root, NOW_MS, chunks)),
        "time-of-16-digits": note(head_text(2, root, 10**15, chunks)),
        "stray-bits-in-base64": note(text.replace(b64encode(root), stray.encode())),
        "unknown-line": note(text + b"more\n"),
        "signed-by-another-key": note(text, NEXT),
        "key-hash-of-a-cosignature": note(text, FEED, 4),
        "about-another-feed": note(other),
        "no-final-newline": note(text)[:-1],
    }
    for name, signed in bad.items():
        yield f"head/bad-{name}", {**feed, "signed": signed.decode(), "error": name}
    line = cosignature(text, NOW_MS // 1000)
    receipt = {"head": note(text).decode(), "receipt": line.decode()}
    node = {"node": public(NODE).hex(), "time_s": NOW_MS // 1000}
    yield "receipt/valid", {**receipt, **node}
    moved = note(head_text(3, root, NOW_MS, chunks)).decode()
    yield "receipt/bad-under-another-head", {**receipt, "head": moved, "error": "another head"}


def chunk_entries() -> list[bytes]:
    return [stored("x", index, b"de") for index in range(258)]


def chunk_hashes() -> list[bytes]:
    return [entry_hash("x", index, sha256(b"de").digest()) for index in range(258)]


def chunk_record() -> tuple[bytes, dict[str, Any]]:
    """A chunk of 256 entries and its record: less than a block, so one hash is its tree."""
    chunk = raw_frame(bencode_list(chunk_entries()[:256]))
    assert len(chunk) <= 16 * 1024
    v1 = sha1(chunk, usedforsecurity=False).digest()
    root = reference.mth(chunk_hashes()[:256])
    return chunk, {"n": len(chunk), "p": sha256(chunk).digest(), "r": root, "s": v1}


def bencode_list(entries: list[bytes]) -> bytes:
    return b"l" + b"".join(entries) + b"e"


def chunk_cases() -> Iterator[Case]:
    chunk, record = chunk_record()
    root = record["r"].hex()
    yield "chunk/valid", {"level": 0, "chunk": chunk.hex(), "root": root}
    content = bencode_list(chunk_entries()[:256])
    unsized = chunk[:4] + b"\x00\x58" + chunk[9:]
    bad = {
        "of-255-entries": raw_frame(bencode_list(chunk_entries()[:255])),
        "other-entries": raw_frame(bencode_list(chunk_entries()[1:257])),
        "trailing-byte": chunk + b"\0",
        "skippable-frame": chunk + b"\x50\x2a\x4d\x18\1\0\0\0x",
        "no-content-size": unsized,
        "with-dictionary": chunk[:4] + b"\xa1\x07" + chunk[5:],
        "declares-too-little": chunk[:5] + (len(content) - 1).to_bytes(4, "little") + chunk[9:],
        "declares-4-gigabytes": chunk[:5] + b"\xff" * 4 + chunk[9:],
        "reserved-block": chunk[:9]
        + (len(content) << 3 | 7).to_bytes(3, "little")
        + chunk[12:],
        "cut-short": chunk[:-1],
    }
    for name, wrong in bad.items():
        case = {"level": 0, "chunk": wrong.hex(), "root": root, "error": name}
        yield f"chunk/bad-{name}", case
    encoded = bencode([record])
    listed = {"size": 258, "chunk_list": encoded.hex(), "sha256": sha256(encoded).hexdigest()}
    yield "chunklist/valid", {**listed, "record": shown(record)}
    yield "chunklist/bad-for-another-size", {**listed, "size": 512, "error": "size"}
    short = bencode([{**record, "s": record["s"][:-1]}])
    wrong_case = {"size": 258, "chunk_list": short.hex(), "error": "v1 hash of 19 bytes"}
    yield "chunklist/bad-short-hash", wrong_case
    sizes = [0, 255, 256, 511, 4095, 4096, 4352, 69_888, 1_000_000, 1_048_576]
    yield "chunklist/spans", {"spans": [[size, spans(size)] for size in sizes]}
    yield "torrent/valid", torrent_case(chunk, record)


def torrent_case(chunk: bytes, record: dict[str, Any]) -> dict[str, Any]:
    name = f"{b32encode(public(FEED)[:10]).decode().lower()}-0-0.zst"
    size, root, v1 = record["n"], record["p"], record["s"]
    info = {
        "file tree": {name: {"": {"length": size, "pieces root": root}}},
        "length": size,
        "meta version": 2,
        "name": name.encode(),
        "piece length": 16_384,
        "pieces": v1,
    }
    encoded = bencode(info)
    return {
        "feed": public(FEED).hex(),
        "span": [0, 0],
        "name": name,
        "record": shown(record),
        "info": encoded.hex(),
        "info_hash": sha1(encoded, usedforsecurity=False).hexdigest(),
        "info_hash_v2": sha256(encoded).hexdigest(),
        "torrent": bencode({"info": info, "piece layers": {}}).hex(),
    }


def journal_cases() -> Iterator[Case]:
    _, record = chunk_record()
    entries, hashes, chunk_list = chunk_entries(), chunk_hashes(), bencode([record])
    heads = [
        note(head_text(size, reference.mth(hashes[:size]), NOW_MS, sha256(chunk_list).digest()))
        for size in (257, 258)
    ]
    said = bencode({"c": chunk_list, "e": [entries[256]], "h": heads[0]})
    base = journal_frame(raw_frame(said))
    appended = journal_frame(bencode({"e": [entries[257]], "h": heads[1]}))
    feed = {"feed": public(FEED).hex()}
    yield (
        "journal/base-and-append",
        {**feed, "journal": (base + appended).hex(), "size": 258, "end": len(base + appended)},
    )
    torn = (base + appended)[:-1].hex()
    yield "journal/torn", {**feed, "journal": torn, "size": 257, "end": len(base)}
    wrong = base[:40] + b"\0" + base[41:]
    bad = {
        "": (wrong, "base is damaged"),
        "-not-compressed": (journal_frame(said), "base is no zstd frame"),
        "-of-two-frames": (journal_frame(raw_frame(said) * 2), "bytes after the frame"),
        "-declares-4-gigabytes": (
            journal_frame(raw_frame(said)[:5] + b"\xff" * 4 + raw_frame(said)[9:]),
            "content beyond the limit",
        ),
    }
    for name, (first, error) in bad.items():
        case = {**feed, "journal": (first + appended).hex(), "error": error}
        yield f"journal/bad-base{name}", case


def fork_cases() -> Iterator[Case]:
    mine, other = chunk_hashes()[:5], chunk_hashes()[:8]
    other[3] = sha256(b"another history").digest()
    chunks = sha256(b"le").digest()
    first = note(head_text(5, reference.mth(mine), NOW_MS, chunks))
    second = note(head_text(8, reference.mth(other), NOW_MS, chunks))
    case: dict[str, Any] = {"feed": public(FEED).hex(), "first": first.decode()}
    case["second"] = second.decode()
    yield "fork/valid", {**case, "proof": hexes(reference.proof(5, other))}
    honest = note(head_text(8, reference.mth(chunk_hashes()[:8]), NOW_MS, chunks)).decode()
    proof = hexes(reference.proof(5, chunk_hashes()[:8]))
    case = {**case, "second": honest, "proof": proof, "error": "no contradiction"}
    yield "fork/bad-no-contradiction", case


def hexes(items: list[bytes]) -> list[str]:
    return [item.hex() for item in items]


ALL: list[Callable[[], Iterator[Case]]] = [
    entries.address_cases,
    certificate_cases,
    entries.entry_cases,
    entries.id_cases,
    tree_cases,
    head_cases,
    chunk_cases,
    journal_cases,
    fork_cases,
    said.notice_cases,
    signature_cases,
    bencodes.bencode_cases,
    bodies.body_cases,
    heads.head_cases,
    heads.receipt_cases,
    heads.witness_cases,
    chunks.chunk_cases,
    chunks.pieces_cases,
    chunks.torrent_cases,
    disk.journal_cases,
    disk.certificates_file_cases,
    disk.mark_cases,
    disk.fork_file_cases,
    people.link_cases,
    sets.set_cases,
    people.words_cases,
    notices.notice_cases,
    offers.offer_cases,
    talk.topic_cases,
    talk.gate_cases,
    talk.sheet_cases,
    talk.deposit_cases,
    talk.hello_cases,
    withdrawn.withdrawn_cases,
    talk.dht_head_cases,
    box_cases,
    media_cases,
    state_cases,
    circle_cases,
    device_cases,
    letter_cases,
    parcel_cases,
    supernodes.record_cases,
    locators.locator_cases,
    badges.badge_cases,
]


# --- writing ---


def example(cases: dict[str, dict[str, Any]], path: str) -> str:
    """Return one file's content as an indented block, long hex cut in lines."""
    lines = []
    for key, item in cases[path].items():
        text = item if isinstance(item, str) else json.dumps(item)
        pieces = text.splitlines() if "\n" in text else re.findall(".{1,72}", text) or [""]
        lines.append(f"{key}")
        lines += [f"    {piece}".rstrip() for piece in pieces]
    return "```text\n" + "\n".join(lines) + "\n```"


def with_examples(text: str, cases: dict[str, dict[str, Any]]) -> str:
    """Fill in what stands between ``<!-- vector: PATH -->`` and ``<!-- end -->``."""

    def fill(match: re.Match[str]) -> str:
        return f"{match[1]}\n{example(cases, match[2])}\n<!-- end -->"

    return re.sub(r"(<!-- vector: (\S+) -->)\n.*?<!-- end -->", fill, text, flags=re.DOTALL)


def main() -> int:
    """Write or check; the exit code is 1 when something differs."""
    cases = dict(case for make in ALL for case in make())
    wanted = {
        VECTORS / f"{path}.json": json.dumps(case, indent=1, ensure_ascii=False) + "\n"
        for path, case in cases.items()
    }
    wanted[FORMAT] = with_examples(FORMAT.read_text(encoding="utf-8"), cases)
    stale = set(VECTORS.glob("*/*.json")) - wanted.keys()
    differing = {
        path
        for path, text in wanted.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    if "--check" in sys.argv[1:]:
        for path in sorted(stale | differing):
            print(f"differs: {path.relative_to(ROOT)}")
        return 1 if stale | differing else 0
    for path in stale:
        path.unlink()
    for path in differing:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    print(f"{len(wanted)} files, {len(differing)} written, {len(stale)} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())

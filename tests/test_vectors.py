"""The code against the vectors of docs/FORMAT.md, which reference code wrote."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from swarmfeed.core.base import limits
from swarmfeed.errors import (
    DamageError,
    RemoteError,
    UserError,
)

from tests.cases import check_each
from tests.vector_circles import (
    check_circle_tree,
    check_protected,
    check_rekey,
    check_welcome,
)
from tests.vector_feeds import (
    Vector,
    check_address,
    check_badge,
    check_bencode,
    check_body,
    check_certificate,
    check_certificate_set,
    check_certificates_file,
    check_chunk,
    check_chunklist,
    check_consistency,
    check_dht_head,
    check_entry,
    check_fork_file,
    check_goodbye,
    check_head,
    check_id,
    check_inclusion,
    check_journal,
    check_locator,
    check_notice,
    check_offer,
    check_patch,
    check_receipt,
    check_signature,
    check_supernode,
    check_torrent,
    check_tree,
    check_withdrawal,
    check_witness,
)
from tests.vector_letters import check_letter, check_letter_keys, check_letter_session
from tests.vector_media import check_medium, check_sealed_medium
from tests.vector_parcels import check_parcel
from tests.vector_talk import (
    check_box,
    check_deposit,
    check_device_link,
    check_fork,
    check_gate,
    check_hello_proof,
    check_link,
    check_mark,
    check_mine,
    check_news,
    check_pairing,
    check_pieces,
    check_recovery,
    check_recovery_keys,
    check_sheet,
    check_snapshot,
    check_topic,
    check_words,
)

ROOT = Path(__file__).parent.parent
VECTORS = ROOT / "tests" / "vectors"


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
    "witness": check_witness,
    "chunk": check_chunk,
    "chunklist": check_chunklist,
    "torrent": check_torrent,
    "medium": check_medium,
    "sealed-medium": check_sealed_medium,
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
    "badge": check_badge,
    "locator": check_locator,
    "supernode": check_supernode,
    "id": check_id,
    "box": check_box,
    "recovery": check_recovery,
    "recovery-keys": check_recovery_keys,
    "device-link": check_device_link,
    "pairing": check_pairing,
    "snapshot": check_snapshot,
    "mine": check_mine,
    "news": check_news,
    "letter": check_letter,
    "letter-keys": check_letter_keys,
    "letter-session": check_letter_session,
    "parcel": check_parcel,
    "circle-tree": check_circle_tree,
    "rekey": check_rekey,
    "protected": check_protected,
    "welcome": check_welcome,
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
    done = subprocess.run(tool, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

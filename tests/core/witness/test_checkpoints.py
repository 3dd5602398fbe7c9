"""Requests by HTTP as c2sp.org/tlog-witness has them, whole and broken."""

from base64 import b64encode

import pytest
from swarmfeed.core.base.limits import CONSISTENCY_HASHES_MAX
from swarmfeed.core.feed.head import sign_receipt
from swarmfeed.core.feed.merkle import consistency_proof, full_consistency_proof, root_hash
from swarmfeed.core.witness.book import LastHead
from swarmfeed.core.witness.checkpoints import (
    NotCosigned,
    full_proof,
    read_request,
    size_of,
)
from swarmfeed.core.witness.limits import NOTE_SIGNATURES_MAX

from tests.core.witness.test_book import FEED, MAX, NODE, NODE_KEY, head, leaves


def posted(size: int, old: int = 0, signed: bytes = b"") -> bytes:
    """What a client of RFC 6962 would post."""
    hashes = leaves(0)
    proof = (
        consistency_proof(old, size, lambda start, end: root_hash(hashes[start:end]))
        if 0 < old < size
        else []
    )
    lines = [b"old %d" % old, *map(b64encode, proof)]
    return b"\n".join(lines) + b"\n\n" + (signed or head(size))


def status(body: bytes) -> int:
    with pytest.raises(NotCosigned) as refused:
        read_request(body)
    return refused.value.reply.status


@pytest.mark.parametrize("old", range(1, MAX))
def test_proofs_of_rfc_6962_become_the_ones_that_we_judge_by(old: int) -> None:
    hashes = leaves(0)

    def subtree(start: int, end: int):  # type: ignore[no-untyped-def]
        return root_hash(hashes[start:end])

    known = LastHead(signed_head=head(old), size=old, root=root_hash(hashes[:old]))
    asked = read_request(posted(MAX, old))
    assert (asked.feed_id, asked.old_size, asked.head.size) == (FEED, old, MAX)
    assert list(full_proof(asked, known)) == full_consistency_proof(old, MAX, subtree)


def test_lines_of_other_witnesses_are_passed_over() -> None:
    line = sign_receipt(head(7), NODE, 5, NODE_KEY.sign)
    text, _, own = head(7).partition(b"\n\n")
    for signed in (head(7) + line + b"\n", text + b"\n\n" + line + b"\n" + own):
        assert read_request(posted(7, signed=signed)).signed_head == head(7)
    many = head(7) + (line + b"\n") * NOTE_SIGNATURES_MAX
    assert status(posted(7, signed=many)) == 400


def test_what_is_wrong_with_a_request_is_said_by_its_status() -> None:
    whole, text = posted(7), head(7)
    of_another = text.replace(text[20:24], b"aaaa")
    assert status(b"") == status(b"old 0\n\n") == status(b"old 0") == 400
    assert status(whole.replace(b"old 0", b"old 00")) == 400
    assert status(whole.replace(b"old 0", b"old -1")) == 400
    assert status(whole.replace(b"old 0", b"old 8")) == 400, "more than there is"
    assert status(whole.replace(b"old 0", b"old 3\nnot base64")) == 400
    assert status(whole.replace(b"old 0", b"old 3\nAAAA")) == 400
    too_many = b"old 3\n" + b"\n".join([b64encode(bytes(32))] * (CONSISTENCY_HASHES_MAX + 1))
    assert status(whole.replace(b"old 0", too_many)) == 400
    assert status(whole.replace(b"old 0", b"old 0\n" + b64encode(bytes(32)))) == 422
    assert status(posted(7, signed=b"example.org/log\n7\n")) == 404
    assert status(posted(7, signed=of_another)) == 404, "its checksum is wrong"
    assert status(posted(7, signed=text.partition(b"\n\n")[0] + b"\n\n")) == 403
    assert status(posted(7, signed=text.replace(b"time 1", b"time 2"))) == 403
    assert status(posted(7, signed=text[:-1])) == 400
    assert status(posted(7, signed=text.replace(b"time 1", b"time x"))) == 400


def test_what_the_witness_has_is_told_as_a_size() -> None:
    reply = size_of(None)
    assert (reply.status, reply.body, reply.content_type) == (409, b"0\n", "text/x.tlog.size")
    assert size_of(LastHead(signed_head=b"", size=12, root=root_hash([]))).body == b"12\n"

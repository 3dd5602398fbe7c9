"""Whose a feed is, by the certificates that lie with it."""

from collections.abc import Iterable, Sequence

from swarmfeed.core.base.keys import Verify, verify_signature
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.certificate import Certificate, Join, Keep, open_certificate
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import FeedBody, decode_body
from swarmfeed.errors import BadProofError, RemoteError


def open_all(
    signed: Iterable[bytes], verify: Verify = verify_signature
) -> dict[bytes, Certificate]:
    """Return what the true ones among signed certificates say."""
    opened = {}
    for each in signed:
        try:
            opened[each] = open_certificate(each, verify)
        except RemoteError:
            continue
    return opened


def open_of(author_id: AuthorId, signed: bytes) -> Certificate:
    """Return what a certificate of an author says.

    Raises:
        RemoteError: It is false, or another author's.
    """
    opened = open_certificate(signed)
    if opened.author_id != author_id:
        raise BadProofError("a certificate of another author")
    return opened


def first_certificates(stored: Sequence[bytes]) -> list[bytes]:
    """What entry 0 of a feed says about whose it is, if these entries begin with that: the
    rotates up to the generation of its join, and the join."""
    entry = decode_entry(stored[0]) if stored else None
    if entry is None or entry.kind != FeedBody.kind or entry.body is None:
        return []
    try:
        body = decode_body(entry.kind, entry.body)
    except RemoteError:
        return []
    return [*body.rotates, body.certificate] if isinstance(body, FeedBody) else []


def joined_author(feed_id: FeedId, opened: Iterable[Certificate]) -> AuthorId | None:
    """Return the author whom a feed joined; None when none of these says so."""
    for each in opened:
        if isinstance(each, Join | Keep) and each.feed_id == feed_id:
            return each.author_id
    return None

"""What an author's own device did not do, and somebody did in the author's name.

A thief of an author key can add devices, cut histories off, and date both back.  Nobody else
can tell that from what the author does; a device of the author can: it knows what it made
itself, and what the person said was theirs.  All the rest is an alarm.

    joined    a feed counts that is not known as one of ours
    left      one of our feeds was cut: by a leave, or by a keep with an end
    moved     another author key took over, and not from here
    disputed  one author key signed for two successors
    signed    others have something in the feed of this device that it did not sign

An alarm goes away with what it is about: after the person moved to the second sheet, nothing
of an older generation counts any more.
"""

from collections.abc import Iterable
from enum import Enum
from hashlib import sha256

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId, FeedId, Hash
from swarmfeed.core.feed.author import AuthorFeeds
from swarmfeed.core.feed.certificate import Certificate, Join, Keep, Leave, Rotate


class What(Enum):
    """What somebody did."""

    JOINED = "joined"
    LEFT = "left"
    MOVED = "moved"
    DISPUTED = "disputed"
    SIGNED = "signed"


class Alarm(Struct, frozen=True, kw_only=True):
    """One thing that was done in the author's name."""

    id: Hash
    """The same wherever and whenever it is met: of what it is about."""
    what: What
    feed_id: FeedId | None = None
    """Which feed it is about; None: the author as a whole."""
    end: int = 0
    """Of a feed that was cut: entries [0, end) stay the author's."""


class Ours(Struct, frozen=True, kw_only=True):
    """What a device knows to be its author's own doing."""

    author_id: AuthorId
    feed_id: FeedId
    """Of this device."""
    feeds: frozenset[FeedId] = frozenset()
    """Of other devices, added from here or known to the person."""
    alarms: frozenset[Hash] = frozenset()
    """Alarms about what was done from here, or of which the person said that it was them."""

    def has(self, feed_id: FeedId) -> bool:
        return feed_id == self.feed_id or feed_id in self.feeds


def alarms_of(
    ours: Ours, certificates: Iterable[Certificate], state: AuthorFeeds, *, is_outgrown: bool
) -> tuple[Alarm, ...]:
    """Return what was done in the author's name by others, in the order of their ids.

    Args:
        certificates: All that are worth keeping of the author.
        state: What they say.
        is_outgrown: Whether others have a head of this device's feed that it did not sign.
    """
    found = {
        alarm.id: alarm
        for each in certificates
        if isinstance(each, Rotate) or (each.generation, each.key) == _in_force(state)
        for alarm in alarms_about(ours, each)
    }
    if state.is_disputed:
        disputed = _alarm(What.DISPUTED, ours.author_id)
        found[disputed.id] = disputed
    if is_outgrown:
        signed = _alarm(What.SIGNED, ours.feed_id, ours.feed_id)
        found[signed.id] = signed
    return tuple(found[each] for each in sorted(found) if each not in ours.alarms)


def alarms_about(ours: Ours, certificate: Certificate) -> tuple[Alarm, ...]:
    """Return what one certificate says that is an alarm unless it was signed here.

    A cut of a feed that is not known as ours does nobody harm: that it is there is the alarm.
    """
    if isinstance(certificate, Rotate):
        return (_alarm(What.MOVED, certificate.key),)
    feed_id, found = certificate.feed_id, []
    if isinstance(certificate, Join | Keep) and not ours.has(feed_id):
        found.append(_alarm(What.JOINED, feed_id, feed_id))
    end = certificate.size if isinstance(certificate, Leave) else certificate.end
    if end is not None and ours.has(feed_id):
        about = certificate.key + feed_id + end.to_bytes(8, "big")
        found.append(_alarm(What.LEFT, about, feed_id, end))
    return tuple(found)


def _in_force(state: AuthorFeeds) -> tuple[int, bytes | None]:
    """Certificates of older generations say nothing any more, and of newer ones not yet."""
    return state.generation, state.key


def _alarm(what: What, about: bytes, feed_id: FeedId | None = None, end: int = 0) -> Alarm:
    digest = sha256(b"swarmfeed alarm 1" + what.value.encode() + b"\n" + about).digest()
    return Alarm(id=Hash(digest), what=what, feed_id=feed_id, end=end)

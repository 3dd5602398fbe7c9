"""Watches what is said in the author's name, and tells what this device did not say.

What it knows to be ours, and when each alarm was first seen, is a page of the ledger; the
alarms themselves follow from that and from the certificates on disk, so none of them is lost.
What is ours for one device is ours for all: they tell each other, as private state.  But a
device that was stolen with the author key could say so of a thief's: so what only another one
vouched for is told as that, until the person says that it was them, or VOUCHED_TOLD_MS passed.
Nobody believes a feed that is not known as ours, nor tells it what is private (``Doubted``).
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

import structlog
from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.asks import alarm_sentences as sentences
from swarmfeed.core.asks.alarms import Alarms, AlarmView, ThatWasMe, WhatIsAlarming
from swarmfeed.core.base.limits import HASH_BYTES, KEY_BYTES
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.alarms import Alarm, Ours, What, alarms_about, alarms_of
from swarmfeed.core.feed.certificate import Certificate, Join, Keep, open_certificate
from swarmfeed.core.feed.highwater import Reason
from swarmfeed.errors import MendingError, PassingError, UserError
from swarmfeed.node.ground.events import (
    CertificatesGrew,
    CertificatesSigned,
    CertificatesTold,
    Doubted,
    Forked,
    HeadGrew,
    PrivateChanged,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import OURS as SHARED
from swarmfeed.node.guard.wording import what_happened, what_to_do, who_vouched

logger = structlog.get_logger()

PAGE: Final = "guard"
FEED: Final = b"feed "
"""What the keys of rows begin with that name a feed of ours."""
OURS: Final = b"ours "
"""Of those that name an alarm about what we did."""
SEEN: Final = b"seen "
"""Of those that say when an alarm was first seen, and from where it came."""

VOUCHED: Final = b"word "
"""Of those that name a feed or an alarm that another device vouched for, and which one did."""

BORN: Final = b"born"
"""Key of the row that is there once this page was begun: from then on nothing is taken on
trust, also where the person never wrote."""

BORN_ENTRIES: Final = 2
"""A feed that has no more was just made: certificate and profile.  One that has more, and no
such row, has lost its ledger: then the person is asked about every other device."""

VOUCHED_TOLD_MS: Final = 7 * 24 * 3_600 * 1_000
"""How long it is told what another device vouched for: who looks once a week sees it."""

_SHARED_FEED: Final = b"feed"
_SHARED_ALARM: Final = b"alarm"

NAMED_CHARS_MIN: Final = 8
"""Of an alarm's id, for a person who names it."""


class FirstSeen(Struct, frozen=True, kw_only=True):
    """When an alarm was first seen, and where it came from."""

    at_ms: int
    source: str = ""


class Vouched(Struct, frozen=True, kw_only=True):
    """What another device said: that the person did something."""

    device: FeedId
    at_ms: int
    """When it was heard here."""


class Guard:
    """Looks at the own author's certificates, and at heads of this device's feed."""

    def __init__(self, ground: Ground) -> None:
        identity = ground.identity
        self._shelf = ground.shelf
        self._pen = ground.pen
        self._memory = ground.memory
        self._private = ground.private
        self._events = ground.events
        self._changes = ground.changes
        self._clock = ground.shells.clock
        self._index = ground.shells.index
        self._ours = Ours(author_id=identity.author_id, feed_id=identity.feed_id)
        self._seen: dict[Hash, FirstSeen] = {}
        self._vouched: dict[bytes, Vouched] = {}
        """By feed, or by the id of an alarm: who alone vouched for it."""
        self._alarms: tuple[Alarm, ...] = ()
        self._unwritten: dict[bytes, bytes | None] = {}
        self._is_born = False
        self._doubted = frozenset[FeedId]()

    # --- remembering ---

    def load(self, page: Mapping[bytes, bytes]) -> None:
        """Take up what is ours, and what was seen."""
        self._is_born = BORN in page
        feeds = {FeedId(key[len(FEED) :]) for key in page if key.startswith(FEED)}
        done = {Hash(key[len(OURS) :]) for key in page if key.startswith(OURS)}
        self._ours = replace(self._ours, feeds=frozenset(feeds), alarms=frozenset(done))
        for key, value in page.items():
            sighting = _read_seen(value) if key.startswith(SEEN) else None
            if sighting is not None:
                self._seen[Hash(key[len(SEEN) :])] = sighting
            word = _read_vouched(value) if key.startswith(VOUCHED) else None
            if word is not None:
                self._vouched[key[len(VOUCHED) :]] = word

    def take_changes(self) -> dict[bytes, bytes | None]:
        """Return what is still to be written down; from then on it counts as written."""
        taken, self._unwritten = self._unwritten, {}
        return taken

    async def start(self) -> None:
        """What a device is born with is the person's own doing; all else is looked at."""
        own = self._shelf.replica(self._ours.feed_id)
        if not self._is_born:
            self._unwritten[BORN] = b""
            self._note_feed(self._ours.feed_id)
            if own is None or own.size <= BORN_ENTRIES:
                self._take_as_ours(self._known())
        elif self._ours.feed_id not in self._ours.feeds:
            self._note_feed(self._ours.feed_id)  # a new feed, in the home of an older one
        self._write()
        self._look()

    # --- looking ---

    def on_certificates(self, event: CertificatesGrew) -> None:
        if event.author_id == self._ours.author_id:
            self._look()

    def on_told(self, event: CertificatesTold) -> None:
        """Certificates came in; by then they are looked at, and now it is known from whom."""
        if event.author_id == self._ours.author_id:
            self._look(event.session.host)

    def on_signed(self, event: CertificatesSigned) -> None:
        """What is signed here is ours before anybody hears of it."""
        opened = [open_certificate(each) for each in event.signed]
        own, before = self._ours.author_id, self._ours
        self._take_as_ours(each for each in opened if each.author_id == own)
        self._share(self._ours.feeds - before.feeds, self._ours.alarms - before.alarms)

    def on_private(self, event: PrivateChanged) -> None:
        """Another device says what is the person's own doing."""
        told = [row for row in event.rows if row.scope == SHARED]
        if event.source is None or not told:
            return
        for row in told:
            before = self._ours
            if row.value == _SHARED_FEED and len(row.key) == KEY_BYTES:
                self._note_feed(FeedId(row.key))
            elif row.value == _SHARED_ALARM and len(row.key) == HASH_BYTES:
                self._note_alarm(Hash(row.key))
            if self._ours != before:
                word = Vouched(device=row.device, at_ms=self._clock.now_ms())
                self._vouched[row.key] = word
                self._unwritten[VOUCHED + row.key] = _write_vouched(word)
        self._look()
        self._write()

    def on_head(self, event: HeadGrew) -> None:
        if event.after.feed_id == self._ours.feed_id and not self._pen.wrote(event.after):
            self._look()

    def on_fork(self, event: Forked) -> None:
        if event.feed_id == self._ours.feed_id:
            self._look()

    async def watch(self) -> str:
        """Look again: a head may have been seen that nobody takes in."""
        self._look()
        return sentences.WATCHED(alarms=len(self._alarms))

    def _look(self, source: str = "") -> None:
        author_id = self._ours.author_id
        verdict = self._pen.verdict()
        self._forget_words()
        self._alarms = alarms_of(
            self._known_for_sure(),
            self._known(),
            self._shelf.certified(author_id),
            is_outgrown=verdict.reason in (Reason.NEWER, Reason.FORKED),
        )
        self._tell_doubts()
        before = len(self._unwritten)
        self._note_sightings(source)
        if len(self._unwritten) != before:
            self._write()
            self._changes.tell("status", alarms=len(self._alarms))

    def _tell_doubts(self) -> None:
        joined = (each for each in self._alarms if each.what is What.JOINED)
        feeds = frozenset(each.feed_id for each in joined if each.feed_id is not None)
        doubted = feeds - self._ours.feeds
        if doubted != self._doubted:
            self._doubted = doubted
            self._events.tell(Doubted(doubted))

    def _known_for_sure(self) -> Ours:
        """What is ours without what only another device vouched for."""
        return replace(
            self._ours,
            feeds=self._ours.feeds - self._vouched.keys(),
            alarms=self._ours.alarms - self._vouched.keys(),
        )

    def _forget_words(self) -> None:
        since_ms = self._clock.now_ms() - VOUCHED_TOLD_MS
        for old in [key for key, word in self._vouched.items() if word.at_ms < since_ms]:
            self._take_at_its_word(old)

    def _take_at_its_word(self, name: bytes) -> None:
        if self._vouched.pop(name, None) is not None:
            self._unwritten[VOUCHED + name] = None

    def _known(self) -> Iterable[Certificate]:
        return self._shelf.opened(self._ours.author_id).values()

    def _note_sightings(self, source: str) -> None:
        now_ms = self._clock.now_ms()
        alarming = {each.id for each in self._alarms}
        for gone in self._seen.keys() - alarming:
            del self._seen[gone]
            self._unwritten[SEEN + gone] = None
        for alarm in self._alarms:
            known = self._seen.get(alarm.id)
            if known is None:
                logger.info("done in our name, and not from here", what=alarm.what.value)
            elif known.source or not source or known.at_ms < now_ms:
                continue
            self._seen[alarm.id] = FirstSeen(at_ms=now_ms, source=source)
            self._unwritten[SEEN + alarm.id] = _write_seen(self._seen[alarm.id])

    # --- what the person says ---

    def alarms(self, _: WhatIsAlarming) -> Alarms:
        views = [self._view(each) for each in self._alarms]
        return Alarms(alarms=tuple(sorted(views, key=lambda view: -view.seen_ms)))

    def that_was_me(self, ask: ThatWasMe) -> Alarms:
        """Take it as the person's own doing; on disk before it is answered."""
        named = ask.alarm.strip().lower()
        found = [each for each in self._alarms if each.id.hex().startswith(named)]
        if len(named) < NAMED_CHARS_MIN or len(found) != 1:
            raise UserError(sentences.NO_SUCH_ALARM())
        (alarm,) = found
        before = self._ours
        if alarm.what is What.JOINED and alarm.feed_id is not None:
            self._note_feed(alarm.feed_id)
            self._take_at_its_word(alarm.feed_id)
        else:
            self._note_alarm(alarm.id)
            self._take_at_its_word(alarm.id)
        self._look()
        self._write()
        self._share(self._ours.feeds - before.feeds, self._ours.alarms - before.alarms)
        return self.alarms(WhatIsAlarming())

    # --- inside ---

    def _take_as_ours(self, certificates: Iterable[Certificate]) -> None:
        """Note what certificates say as our own doing."""
        certificates = list(certificates)
        for each in certificates:
            if isinstance(each, Join | Keep):
                self._note_feed(each.feed_id)
        for each in certificates:
            for alarm in alarms_about(self._ours, each):
                self._note_alarm(alarm.id)
        self._write()

    def _share(self, feeds: Iterable[FeedId], alarms: Iterable[Hash]) -> None:
        """Let the person's other devices know; where that fails, they ask the person."""
        shared: dict[bytes, bytes] = dict.fromkeys(feeds, _SHARED_FEED)
        shared |= dict.fromkeys(alarms, _SHARED_ALARM)
        if shared:
            with suppress(PassingError, UserError):
                self._private.set(SHARED, shared)

    def _note_feed(self, feed_id: FeedId) -> None:
        if feed_id not in self._ours.feeds:
            self._ours = replace(self._ours, feeds=self._ours.feeds | {feed_id})
            self._unwritten[FEED + feed_id] = b""

    def _note_alarm(self, alarm_id: Hash) -> None:
        if alarm_id not in self._ours.alarms:
            self._ours = replace(self._ours, alarms=self._ours.alarms | {alarm_id})
            self._unwritten[OURS + alarm_id] = b""

    def _write(self) -> None:
        """Write at once: a command without the network writes nothing later."""
        changes = self.take_changes()
        if not changes:
            return
        try:
            self._memory.write(PAGE, changes)
        except PassingError:
            self._unwritten = changes

    def _advice(self, alarm: Alarm, word: Vouched | None) -> str:
        if word is None:
            return what_to_do(alarm)
        return who_vouched(word.device, self._name_of(word.device), what_to_do(alarm))

    def _name_of(self, feed_id: FeedId | None) -> str:
        """What a device calls itself, as far as that is here."""
        if feed_id is not None:
            with suppress(MendingError, PassingError):
                return self._index.device(feed_id).name
        return ""

    def _view(self, alarm: Alarm) -> AlarmView:
        seen = self._seen.get(alarm.id, FirstSeen(at_ms=self._clock.now_ms()))
        is_join = alarm.what is What.JOINED
        word = self._vouched.get((alarm.feed_id if is_join else None) or alarm.id)
        return AlarmView(
            id=alarm.id.hex(),
            what=alarm.what.value,
            sentence=what_happened(alarm, self._name_of(alarm.feed_id)),
            advice=self._advice(alarm, word),
            seen_ms=seen.at_ms,
            source=seen.source,
            feed_id=alarm.feed_id,
        )


def _write_seen(seen: FirstSeen) -> bytes:
    return b"%d %s" % (seen.at_ms, seen.source.encode())


def _read_seen(value: bytes) -> FirstSeen | None:
    """Return what was written; None where a row is not what it was."""
    at_ms, _, source = value.partition(b" ")
    if not at_ms.isdigit():
        return None
    return FirstSeen(at_ms=int(at_ms), source=source.decode("ascii", "replace"))


def _write_vouched(word: Vouched) -> bytes:
    return b"%d %s" % (word.at_ms, word.device)


def _read_vouched(value: bytes) -> Vouched | None:
    """Return what was written; None where a row is not what it was."""
    at_ms, _, device = value.partition(b" ")
    if not at_ms.isdigit() or len(device) != KEY_BYTES:
        return None
    return Vouched(device=FeedId(device), at_ms=int(at_ms))

"""Parcels of our own in our own boxes: is what was put there a day ago still there?

Only carelessness shows this way - a lost disk, a full one that says "kept" - for a holder sees
whose node puts them.  One that lies about others' parcels shows by comparison.
"""

import hmac
from hashlib import sha256

from swarmfeed.core.base.hkdf import hkdf
from swarmfeed.core.mailboxes.choice import BoxRecord
from swarmfeed.core.mailboxes.ids import parcel_id
from swarmfeed.core.mailboxes.limits import PROBE_BYTES, PROBE_EVERY_S
from swarmfeed.core.mailboxes.words import MailAnswer
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.mailboxes.own import OwnBoxes
from swarmfeed.node.mailboxes.posting import Posting

_NONCE_BYTES = 16


class Probing:
    """Puts probes and looks for them; belongs to the node's loop."""

    def __init__(self, ground: Ground, own: OwnBoxes, posting: Posting) -> None:
        self._feed_id = ground.identity.feed_id
        self._dice = ground.shells.dice
        self._beside = ground.beside
        self._key = hkdf(ground.identity.recipient_seed, info=b"swarmfeed mailbox probe 1")
        self._own = own
        self._posting = posting
        self._putting: set[bytes] = set()
        """Probes on their way: a holder may show one before it is confirmed."""

    def is_probe(self, parcel: bytes) -> bool:
        """Whether a parcel is one of ours: nobody else can make one, or tell."""
        nonce, mark = parcel[:_NONCE_BYTES], parcel[_NONCE_BYTES : 2 * _NONCE_BYTES]
        return len(parcel) == PROBE_BYTES and hmac.compare_digest(mark, self._mark(nonce))

    def stays(self, record: BoxRecord | None, probe: bytes) -> bool:
        """Whether a probe, by its id, is to stay in a box."""
        return probe in self._putting or (record is not None and record.probe == probe)

    def look(self, session: Session, record: BoxRecord) -> None:
        """Put a probe into a box where none lies."""
        if not record.probe and self._own.now_s() - record.probed_s >= PROBE_EVERY_S:
            record.probed_s = self._own.now_s()
            self._beside.spawn(self._put(session, record))

    def compare(self, record: BoxRecord, listed: set[bytes]) -> None:
        """See whether the probe is among all that a box had; a day later it goes."""
        if not record.probe:
            return
        if record.probe not in listed:
            record.probe, record.probes_lost = b"", record.probes_lost + 1
        elif self._own.now_s() - record.probed_s >= PROBE_EVERY_S:
            record.probe, record.probes_lost = b"", 0

    async def _put(self, session: Session, record: BoxRecord) -> None:
        nonce = self._dice(_NONCE_BYTES)
        rest = self._dice(PROBE_BYTES - 2 * _NONCE_BYTES)
        parcel = nonce + self._mark(nonce) + rest
        probe, token = parcel_id(parcel), self._own.token()
        self._putting.add(probe)
        try:
            said = await self._posting.put_at(session.node_id, self._feed_id, parcel, token)
            if said is MailAnswer.KEPT:
                record.probe = probe
        finally:
            self._putting.discard(probe)

    def _mark(self, nonce: bytes) -> bytes:
        return hmac.digest(self._key, nonce, sha256)[:_NONCE_BYTES]

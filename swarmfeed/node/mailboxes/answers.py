"""What people ask of mailboxes."""

from swarmfeed.core.asks.mailboxes import Mailboxes, MailboxHolder, MailboxStatus
from swarmfeed.core.base.texts import format_size
from swarmfeed.core.mailboxes import sentences
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.mailboxes.admission import BoxAdmission
from swarmfeed.node.mailboxes.collecting import Collecting
from swarmfeed.node.mailboxes.keeping import BoxKeeping
from swarmfeed.node.mailboxes.own import OwnBoxes


class MailboxAnswers:
    """Answers from the parts of the role."""

    def __init__(
        self,
        own: OwnBoxes,
        collecting: Collecting,
        keeping: BoxKeeping,
        admission: BoxAdmission,
    ) -> None:
        self._own = own
        self._collecting = collecting
        self._keeping = keeping
        self._admission = admission

    def rows(self) -> tuple[Answers, ...]:
        return (in_loop(Mailboxes, self.status),)

    def status(self, _: Mailboxes) -> MailboxStatus:
        filled = [each.filled for each in self._keeping.boxes()]
        size = sum(each.bytes for each in filled)
        return MailboxStatus(
            receives=self._own.receives,
            sentence=self._sentence(),
            holders=self._holders(),
            kept_sentence=self._kept_sentence(len(filled), size),
            kept_boxes=len(filled),
            kept_parcels=sum(each.parcels for each in filled),
            kept_bytes=size,
            disk_bytes=self._admission.disk_bytes,
        )

    def _holders(self) -> tuple[MailboxHolder, ...]:
        return tuple(
            MailboxHolder(
                node_id=node_id,
                is_linked=self._collecting.looks_into(node_id),
                since_ms=record.since_s * 1000,
                heard_ms=record.heard_s * 1000,
            )
            for node_id, record in self._own.records().items()
        )

    def _sentence(self) -> str:
        if not self._own.receives:
            return sentences.NOT_RECEIVED()
        boxes = len(self._own.records())
        return sentences.KEPT_AT(boxes=boxes) if boxes else sentences.KEPT_NOWHERE()

    def _kept_sentence(self, boxes: int, size: int) -> str:
        if boxes:
            return sentences.KEPT_FOR(people=boxes, size=format_size(size, tenths_below=10))
        keeps = self._admission.keeps()
        return sentences.KEPT_FOR_NOBODY() if keeps else sentences.KEEPS_NONE()

"""The role of witnesses: asking which head is the newest, and, as a supernode, saying so."""

from collections.abc import Sequence

from msgspec import Struct

from swarmfeed.core.witness.words import Cosign, Witnessed
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import FeedDropped, HeadGrew, ParentCame, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.switchboard import hears
from swarmfeed.node.role import Role
from swarmfeed.node.witness.answers import HowNewFeeds
from swarmfeed.node.witness.inquiring import Inquiry
from swarmfeed.node.witness.notes import NoteWitness
from swarmfeed.node.witness.outside import OutsideWitnesses
from swarmfeed.node.witness.witnessing import Witness
from swarmfeed.ports import Job

LOOK_EVERY_S = 5


class WitnessParts(Struct, frozen=True):
    """What the role is made of."""

    inquiry: Inquiry
    notes: NoteWitness
    """Answers who asks by HTTP."""
    answers: HowNewFeeds


def witness_role(ground: Ground, feeds: Feeds) -> Role:
    """Make the role of one node."""
    inquiry, witness = Inquiry(ground, feeds), Witness(ground)
    outside = OutsideWitnesses(ground)
    answers = HowNewFeeds(ground, inquiry, outside)

    def jobs() -> Sequence[Job]:
        rounds = [("witnesses", inquiry.look)]
        rounds += [("witnesses on the web", outside.look)] if outside.is_asked else []
        return [
            Job(name=name, run=run, every_s=LOOK_EVERY_S, jitter_s=1) for name, run in rounds
        ]

    return Role(
        name="witness",
        parts=WitnessParts(inquiry, NoteWitness(witness), answers),
        answers=answers.rows(),
        hears=(hears(Cosign, witness.on_cosign), hears(Witnessed, inquiry.on_witnessed)),
        listens=(
            listens(HeadGrew, inquiry.on_head),
            listens(FeedDropped, inquiry.on_dropped),
            listens(ParentCame, inquiry.questions.on_parent),
        ),
        jobs=jobs,
        rows=(inquiry.rows(), witness.rows()),
    )

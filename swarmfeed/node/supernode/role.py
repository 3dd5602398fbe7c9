"""The role of supernodes: who serves others, elected by the nodes themselves."""

from collections.abc import Sequence

from msgspec import Struct

from swarmfeed.core.net.reach import is_loopback
from swarmfeed.core.supernode.echoes import Echoes
from swarmfeed.core.supernode.gates import Willing
from swarmfeed.core.supernode.member import Member, Origin
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import (
    LinkClosed,
    LinkOpened,
    Misled,
    ServingChanged,
    listens,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.layer import SUPERNODE
from swarmfeed.node.role import Role
from swarmfeed.node.supernode.answers import SupernodeAnswers
from swarmfeed.node.supernode.conversation import Conversation
from swarmfeed.node.supernode.gatekeeper import Gatekeeper
from swarmfeed.node.supernode.layering import Layering
from swarmfeed.node.supernode.passport import Passport
from swarmfeed.node.supernode.rounds import RoundClock
from swarmfeed.node.supernode.settings import SupernodeSettings
from swarmfeed.node.supernode.talk import Talk
from swarmfeed.ports import Job


class SupernodeParts(Struct, frozen=True, kw_only=True):
    """What the role is made of."""

    layering: Layering
    gatekeeper: Gatekeeper
    conversation: Conversation
    answers: SupernodeAnswers


def supernode_role(ground: Ground, _feeds: Feeds) -> Role:
    """Make the role of one node."""
    choices = ground.settings.of(SupernodeSettings)
    serves_at_once = choices.willing is Willing.ON and not choices.metered

    async def start() -> None:
        ground.layer.serve(serves_at_once)

    # Without rounds nothing is said, and nobody is heard.
    takes_part = choices.speed > 0 and not ground.settings.is_passing
    clock = RoundClock(ground.shells.clock, choices.speed or 1)
    parts = _make_parts(ground, clock, secret=ground.shells.dice(16) if takes_part else b"")

    async def stop() -> None:
        parts.layering.questions.close()

    def jobs() -> Sequence[Job]:
        round_job = Job(name="supernodes", run=parts.layering.round, every_s=clock.round_s)
        return (round_job,) if takes_part else ()

    return Role(
        name=SUPERNODE,
        parts=parts,
        says=lambda: ground.layer.serves,
        hears=parts.conversation.rows() if takes_part else (),
        answers=parts.answers.rows(),
        listens=(
            listens(LinkOpened, parts.gatekeeper.on_opened),
            listens(LinkClosed, parts.layering.on_closed),
            listens(Misled, parts.layering.on_misled),
            listens(ServingChanged, parts.answers.on_change),
        ),
        jobs=jobs,
        start=start,
        stop=stop,
    )


def _make_parts(ground: Ground, clock: RoundClock, *, secret: bytes) -> SupernodeParts:
    """Put the parts together; nothing runs yet."""
    echoes, talk = Echoes(ground.settings.listen), Talk(clock)
    passport = Passport(ground, echoes, clock.now_s())
    gatekeeper = Gatekeeper(ground, echoes, passport, clock, talk)
    origin = Origin(
        node_id=ground.identity.node_id,
        capacity=passport.capacity,
        started_s=passport.started_s,
        ways_in=lambda: ground.layer.ways_in,
        sign=passport.sign,
        secret=secret,
        relaxed=is_loopback(ground.settings.listen),
        always=lambda: ground.choices.of(SupernodeSettings).willing is Willing.ON,
    )

    def luck() -> float:
        return int.from_bytes(ground.shells.dice(6)) / 2**48

    layering = Layering(ground, Member(origin, luck), clock, gatekeeper, talk)
    conversation = Conversation(ground, layering, clock, gatekeeper, passport, talk)
    return SupernodeParts(
        layering=layering,
        gatekeeper=gatekeeper,
        conversation=conversation,
        answers=SupernodeAnswers(ground, layering, gatekeeper, passport),
    )

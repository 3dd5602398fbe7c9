"""The role of supernodes: who serves others, elected by the nodes themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from swarmfeed.core.net.reach import is_loopback
from swarmfeed.core.supernode.echoes import Echoes
from swarmfeed.core.supernode.gates import Willing
from swarmfeed.core.supernode.member import Member, Origin
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import LinkClosed, LinkOpened, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.layer import SUPERNODE
from swarmfeed.node.role import Role
from swarmfeed.node.supernode.conversation import Conversation
from swarmfeed.node.supernode.gatekeeper import Gatekeeper
from swarmfeed.node.supernode.layering import Layering
from swarmfeed.node.supernode.passport import Passport
from swarmfeed.node.supernode.rounds import RoundClock
from swarmfeed.node.supernode.settings import SupernodeSettings
from swarmfeed.node.supernode.talk import Talk
from swarmfeed.ports import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class SupernodeParts:
    """What the role is made of."""

    layering: Layering
    gatekeeper: Gatekeeper
    conversation: Conversation


def supernode_role(ground: Ground, _feeds: Feeds) -> Role:
    """Make the role of one node."""
    choices = ground.settings.of(SupernodeSettings)
    serves_at_once = choices.willing is Willing.ON and not choices.metered

    async def start() -> None:
        ground.layer.serve(serves_at_once)

    if not choices.speed or ground.settings.is_passing:
        return Role(name=SUPERNODE, says=lambda: ground.layer.serves, start=start)
    clock = RoundClock(ground.shells.clock, choices.speed)
    parts = _make_parts(ground, clock)
    layering = parts.layering

    async def stop() -> None:
        layering.questions.close()

    def jobs() -> Sequence[Job]:
        every_s = clock.round_s
        return (Job(name="supernodes", run=layering.round, every_s=every_s),)

    return Role(
        name=SUPERNODE,
        parts=parts,
        says=lambda: ground.layer.serves,
        hears=parts.conversation.rows(),
        listens=(
            listens(LinkOpened, parts.gatekeeper.on_opened),
            listens(LinkClosed, layering.on_closed),
        ),
        jobs=jobs,
        start=start,
        stop=stop,
    )


def _make_parts(ground: Ground, clock: RoundClock) -> SupernodeParts:
    """Put the parts together; nothing runs yet."""
    echoes, talk = Echoes(ground.settings.listen), Talk(clock)
    passport = Passport(ground, echoes, clock.now_s())
    gatekeeper = Gatekeeper(ground, echoes, passport, clock, talk)
    dice = ground.shells.dice
    origin = Origin(
        node_id=ground.identity.node_id,
        capacity=passport.capacity,
        started_s=passport.started_s,
        ways_in=lambda: ground.layer.ways_in,
        sign=passport.sign,
        secret=dice(16),
        relaxed=is_loopback(ground.settings.listen),
        always=ground.settings.of(SupernodeSettings).willing is Willing.ON,
    )

    def luck() -> float:
        return int.from_bytes(dice(6)) / 2**48

    layering = Layering(ground, Member(origin, luck), clock, gatekeeper, talk)
    conversation = Conversation(ground, layering, clock, gatekeeper, passport, talk)
    return SupernodeParts(layering=layering, gatekeeper=gatekeeper, conversation=conversation)

"""A leaf with a parent that lies and one that does not, and what all lies are made of."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.head import Head, sign_head
from swarmfeed.core.feed.kinds import PostBody, encode_body
from swarmfeed.core.feed.merkle import root_hash
from swarmfeed.core.feed.proven import Proven, ProvenPost
from swarmfeed.core.supernode.limits import PARENTS, ROUND_S
from swarmfeed.core.talk.message import Message
from swarmfeed.errors import RetryError
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import LinkOpened, Misled, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.role import Role
from swarmfeed.node.roster import ROSTER, Roster
from swarmfeed.node.supernode.settings import SupernodeSettings

ON, OFF = (SupernodeSettings(supernode=each) for each in ("on", "off"))
TRUE, FALSE = "news", "lies"
"""What is in the posts of ben, and what he never wrote."""

Change = Callable[[Message], Sequence[Message]]


@dataclass
class Town:
    """Three that serve, of which two are anna's parents; and ben, a leaf that writes."""

    street: Neighbourhood
    serving: list[Neighbour]
    anna: Neighbour
    ben: Neighbour
    liar: Neighbour
    misled: list[Misled]
    """Whom anna takes for a liar, and why."""
    late_s: float = 0
    """By how much the liar delays what it lies about."""
    about: tuple[type[Message], ...] = ()
    """In which messages it lies."""
    change: Change = lambda message: [message]
    sending: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def honest(self) -> list[Neighbour]:
        return [each for each in self.serving if each is not self.liar]

    def is_noticed(self) -> bool:
        return self.liar.identity.node_id in {each.session.node_id for each in self.misled}

    def bend(self, session: Session) -> None:
        """Let the liar say something else over a link than it means to."""
        say = session.peer.send

        async def later(message: Message) -> None:
            await asyncio.sleep(self.late_s)
            with suppress(RetryError):  # it was parted from meanwhile
                await say(message)

        async def send(message: Message) -> None:
            for each in self.change(message):
                if self.late_s and isinstance(each, self.about):
                    self.sending.add(asyncio.create_task(later(each)))
                else:
                    await say(each)

        session.peer.send = send  # type: ignore[method-assign]  # it lies

    async def end(self) -> None:
        await asyncio.gather(*self.sending)


async def move_in(street: Neighbourhood) -> Town:
    """Two parents are elected; the first one will lie to anna, and to nobody else."""
    first = await street.move_in(supernode=ON)
    serving = [first, *[await street.move_in(supernode=ON, knows=[first]) for _ in "23"]]
    misled: list[Misled] = []

    def noting(_: Ground, __: Feeds) -> Role:
        return Role(name="noting", listens=(listens(Misled, misled.append),))

    notes = Roster(roles=(*ROSTER.roles, noting))
    anna = await street.move_in(supernode=OFF, knows=serving, roster=notes)
    ben = await street.move_in(supernode=OFF, knows=serving)
    for each in (anna, ben):
        layer = each.running.ground.layer
        await street.until(lambda: len(layer.parents) == PARENTS, within_s=6 * ROUND_S)  # noqa: B023
    parent = anna.running.ground.layer.parents[0].node_id
    liar = next(each for each in serving if each.identity.node_id == parent)
    town = Town(street, serving, anna, ben, liar, misled)

    def on_opened(event: LinkOpened) -> None:
        if event.session.node_id == anna.identity.node_id:
            town.bend(event.session)

    liar.running.ground.events.connect((listens(LinkOpened, on_opened),))
    found = liar.running.ground.sessions.find(anna.identity.node_id)
    assert found is not None
    town.bend(found)
    return town


async def check_replaced(town: Town) -> None:
    """The liar is named, is no parent, and another one is."""
    layer, liar = town.anna.running.ground.layer, town.liar.identity.node_id

    def is_whole() -> bool:
        return len(layer.parents) == PARENTS and not layer.is_parent(liar)

    await town.street.until(town.is_noticed, within_s=5 * ROUND_S)
    await town.street.until(is_whole, within_s=6 * ROUND_S)
    await town.street.pass_time(6 * ROUND_S)
    assert is_whole(), "it is not taken again"
    assert {each.session.node_id for each in town.misled} == {liar}, "nobody else is blamed"


def made_up(of: Neighbour, by: Neighbour, certificates: tuple[bytes, ...]) -> ProvenPost:
    """A post that ben never wrote, under a head that somebody else signed."""
    now_ms = of.street.clock.now_ms()
    stored = encode_entry(PostBody.kind, now_ms, encode_body(PostBody(f"{TRUE} and {FALSE}")))
    leaf = hash_stored(stored)
    head = Head(
        feed_id=of.feed_id,
        size=1,
        root=root_hash([leaf]),
        time_ms=now_ms,
        chunks_hash=Hash(bytes(32)),
    )
    return ProvenPost(
        feed_id=of.feed_id,
        head=sign_head(head, by.own_key.sign),
        certificates=certificates,
        post=Proven(index=0, stored=stored, proof=()),
    )


def spoilt(posting: ProvenPost) -> ProvenPost:
    stored = posting.post.stored.replace(TRUE.encode(), FALSE.encode())
    return replace(posting, post=replace(posting.post, stored=stored))


def on(kind: type[Message], change: Callable[..., Sequence[Message]]) -> Change:
    return lambda message: change(message) if isinstance(message, kind) else [message]


def first_again(kind: type[Message]) -> Change:
    """What was said first is said in place of all that follows."""
    said: list[Message] = []

    def change(message: Message) -> Sequence[Message]:
        said.append(message)
        return [said[0]]

    return on(kind, change)

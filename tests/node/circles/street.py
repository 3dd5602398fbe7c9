"""A street whose people have circles, and a post office that brings their letters at once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.circles import AskToRead, CreateCircle, LetIn, RemoveReader
from swarmfeed.core.asks.posts import PostView, Timeline
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.bencoding import decode, encode
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import RetryError
from swarmfeed.node.circles.role import CirclesRole, circles_role
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import LetterCame
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.letters import LetterFields
from swarmfeed.node.node import MakeRole
from swarmfeed.node.role import Role
from swarmfeed.node.roster import Roster
from swarmfeed.node.state.role import state_role


@dataclass
class PostOffice:
    """Brings letters to the nodes that run; keeps those for others."""

    grounds: list[Ground] = field(default_factory=list)
    sent: list[tuple[AuthorId, AuthorId, str]] = field(default_factory=list)
    """From whom, to whom, of which kind."""
    unknown: set[AuthorId] = field(default_factory=set)
    """Whom nobody can write to yet."""
    expecting: set[AuthorId] = field(default_factory=set)
    """Who said that others are to be able to write to them."""
    losing: bool = False
    """Whether what is sent comes to nobody, as what expired on its way."""
    kept: list[tuple[AuthorId, LetterCame]] = field(default_factory=list)

    def role(self, ground: Ground, _: Feeds) -> Role:
        self.grounds.append(ground)
        ground.letters.connect(Counter(self, ground))
        return Role(name="office")

    def bring(self, to: AuthorId, letter: LetterCame) -> None:
        here = [each for each in self.grounds if each.identity.author_id == to]
        for ground in here:
            ground.events.tell(letter)
        if not here:
            self.kept.append((to, letter))


@dataclass
class Counter:
    """Where one person gives letters up: a clerk as roles know it."""

    office: PostOffice
    ground: Ground

    async def expect(self) -> None:
        self.office.expecting.add(self.ground.identity.author_id)

    async def send(self, author_id: AuthorId, kind: str, fields: LetterFields) -> bytes:
        if author_id in self.office.unknown:
            raise RetryError("nothing is known yet to seal to")
        own = self.ground.identity
        said = decode(encode(dict(fields)), limit_bytes=4_096)
        assert isinstance(said, dict)
        letter_id = bytes([len(self.office.sent)]) * 16
        self.office.sent.append((own.author_id, author_id, kind))
        letter = LetterCame(
            author_id=own.author_id,
            feed_id=own.feed_id,
            letter_id=letter_id,
            kind=kind,
            fields=said,
        )
        if not self.office.losing:
            self.office.bring(author_id, letter)
        return letter_id


Scenario = Callable[[Neighbourhood, PostOffice], Awaitable[None]]


def with_circles(folder: Path, scenario: Scenario, *more: MakeRole) -> None:
    """Play on a street whose people have circles, and ``more`` roles if they are named."""
    office = PostOffice()

    async def play(street: Neighbourhood) -> None:
        await scenario(street, office)

    roster = Roster(roles=(state_role, office.role, circles_role, *more))
    in_neighbourhood(folder, play, roster=roster)


async def ask(of: Neighbour, what: Ask[Any]) -> Any:
    answer = await of.running.ground.answering.answer(what)
    await settle()
    return answer


def parts(of: Neighbour) -> CirclesRole:
    return of.running.parts(CirclesRole)


async def work(of: Neighbour) -> None:
    """Do what is done each minute."""
    (job,) = parts(of).jobs()
    await job.run()
    await settle()


def link_to(of: Neighbour) -> str:
    return format_author(of.author_id)


async def make(of: Neighbour, name: str = "Friends", *, reads_back: bool = False) -> None:
    await ask(of, CreateCircle(circle=name, reads_back=reads_back))


async def let_in(of: Neighbour, who: Neighbour, name: str = "Friends") -> None:
    await ask(of, LetIn(who=link_to(who), circle=name))


async def remove(of: Neighbour, who: Neighbour, name: str = "Friends") -> None:
    await ask(of, RemoveReader(who=link_to(who), circle=name))


async def ask_to_read(of: Neighbour, who: Neighbour) -> None:
    await ask(of, AskToRead(who=link_to(who)))


async def post(of: Neighbour, text: str, to: str = "", reply_to: str = "") -> PostView:
    view: PostView = await ask(of, WritePost(text=text, to=to, reply_to=reply_to))
    return view


async def timeline(of: Neighbour) -> list[str]:
    found = await ask(of, Timeline())
    return [each.text for each in found.posts]

"""A street with an owner, a follower and a thief, and the thefts that are played on it.

Each theft is played with its certificates in an order by luck, told to whoever they come to
first, while links come and go.  Nobody follows anybody anew.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct
from street.authors import moved
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from street.thefts import Signed, cut_off, dated_back, move, pushed_out
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.talk.words import Certificates
from swarmfeed.node.ground.events import CertificatesSigned

POSTS: Final = ["three", "two", "one"]
WITHIN_S: Final = 310
"""Who could not be dialled is tried again after five minutes at the latest."""


class Town(Struct, frozen=True):
    """Anna, from whom the key was stolen; Ben, who follows her; and the thief's machine."""

    street: Neighbourhood
    anna: Neighbour
    ben: Neighbour
    thief: Neighbour


Theft = Callable[[Town], Signed]

THEFTS: Final[dict[str, Theft]] = {
    "T1 and T4, the feed is said to be empty": lambda town: cut_off(
        town.anna.author, town.anna.feed_id
    ),
    "T2, a feed of the thief's that is dated back": lambda town: dated_back(
        town.anna.author, SigningKey(b"t" * 32)
    ),
    "T3, as many feeds as count, dated back": lambda town: pushed_out(town.anna.author),
    "all at once": lambda town: (
        *cut_off(town.anna.author, town.anna.feed_id),
        *dated_back(town.anna.author, SigningKey(b"t" * 32)),
        *pushed_out(town.anna.author),
    ),
}


async def build(street: Neighbourhood) -> Town:
    anna, ben = [await street.move_in() for _ in range(2)]
    await anna.running.feeds.writer.publish_profile("Anna")
    await anna.say(*reversed(POSTS))
    await ben.follow(anna)
    await street.until(lambda: ben.is_complete(anna.feed_id), within_s=WITHIN_S)
    thief = await street.move_in(device_of=anna, knows=[ben])
    await thief.running.feeds.writer.publish_profile("Thief")
    await thief.say("send me money")
    return Town(street, anna, ben, thief)


def tell(at: Neighbour, author_id: AuthorId, *signed: bytes) -> None:
    at.running.ground.shelf.accept_certificates(Certificates(author_id, signed))


def shows_the_owner(at: Neighbour, author_id: AuthorId) -> bool:
    known = at.index.author(author_id)
    return at.reads(author_id) == POSTS and known is not None and known.name == "Anna"


async def in_any_order(town: Town, stolen: Signed, moves: Signed, luck: Random) -> None:
    """Tell each certificate to somebody, while the links between them come and go.

    What is signed with the second sheet comes with the rotate that proves it, as on any link.
    """
    people = [town.anna, town.ben, town.thief]
    rotate, *rest = moves
    pieces = [*((each,) for each in stolen), (rotate,), *((rotate, each) for each in rest)]
    for each in luck.sample(pieces, len(pieces)):
        one, other = luck.sample(people, 2)
        if luck.random() < 0.3:
            town.street.split(one, other)
        if luck.random() < 0.3:
            town.street.heal(*luck.sample(people, 2))
        tell(luck.choice(people), town.anna.author_id, *luck.sample(each, len(each)))
        if luck.random() < 0.5:
            await town.street.pass_time(1)
    for one in people:
        for other in people:
            if one is not other:
                town.street.heal(one, other)
    await settle()


async def everybody_sees_the_owner_again(
    theft: Theft, luck: Random, street: Neighbourhood
) -> None:
    """The owner moves while the thief's certificates go about; a newcomer comes last."""
    town = await build(street)
    moves = move(town.anna.author, own=[town.anna.own_key], from_ms=5)
    town.anna.running.ground.events.tell(CertificatesSigned(moves))
    await in_any_order(town, theft(town), moves, luck)
    carl = await street.move_in(knows=[town.ben])
    await carl.running.feeds.carer.follow(town.anna.author_id)
    everybody = [town.anna, town.ben, carl]
    await street.until(
        lambda: all(shows_the_owner(each, town.anna.author_id) for each in everybody),
        within_s=WITHIN_S,
    )
    assert town.anna.author_id in town.ben.index.follows_of(town.ben.author_id)


async def the_only_machine_is_gone(luck: Random, street: Neighbourhood) -> None:
    """The owner has nothing but the sheets, begins anew with the second, and writes on."""
    town = await build(street)
    join = town.anna.running.ground.shelf.certificates(town.anna.author_id)[0]
    await town.anna.stop()
    second, new_key = moved(town.anna.author), SigningKey(bytes([1, 4]) + bytes(30))
    rotate, *rest = move(
        town.anna.author, own=[new_key], lost=[join], from_ms=street.clock.now_ms()
    )
    again = await street.move_in(
        device_of=town.anna, author=second, rotates=(rotate,), knows=[town.ben]
    )
    assert again.feed_id == new_key.public
    people = Town(street, again, town.ben, town.thief)
    stolen = (*cut_off(town.anna.author, town.anna.feed_id), *pushed_out(town.anna.author))
    await in_any_order(people, stolen, (rotate, *rest), luck)
    carl = await street.move_in(knows=[town.ben])
    await carl.running.feeds.carer.follow(town.anna.author_id)
    everybody = [again, town.ben, carl]

    def see(posts: list[str]) -> bool:
        return all(each.reads(town.anna.author_id) == posts for each in everybody)

    await street.until(lambda: see(POSTS), within_s=WITHIN_S)
    await again.say("I am back")
    await street.until(lambda: see(["I am back", *POSTS]), within_s=WITHIN_S)


Scene = Callable[[Random, Neighbourhood], Awaitable[None]]

SCENES: Final[dict[str, Scene]] = {
    **{name: partial(everybody_sees_the_owner_again, theft) for name, theft in THEFTS.items()},
    "the only machine is gone, and the key stolen": the_only_machine_is_gone,
}
"""What happened -> the scene; an AssertionError says what is not as it must be."""


def play_scene(folder: Path, name: str, luck: Random) -> None:
    """Play one of SCENES in an empty folder; AssertionError where the owner is not back."""
    in_neighbourhood(folder, partial(SCENES[name], luck))

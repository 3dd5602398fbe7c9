"""A circle of two devices and five people, where everything arrives in any order, or late.

What people hear is what a log and letters would bring them: entries that begin an epoch, posts,
and the keys they are welcomed with.  Which of them comes first is luck.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.circles.keyring import Circle, EpochKey, Keyring
from swarmfeed.core.circles.protecting import open_protected, protect
from swarmfeed.core.circles.rekey import open_epoch
from swarmfeed.core.circles.rows import Tree
from swarmfeed.core.circles.tree import path_keys
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.sealed_kinds import ProtectedBody, RekeyBody

from tests.core.circles.own_devices import CIRCLE, Device, devices
from tests.core.circles.scene import author, dice
from tests.examples import at_most

OWNER = AuthorId(b"o" * 32)
HERE = Circle(author_id=OWNER, circle_id=CIRCLE)
PEOPLE = 5


@dataclass(frozen=True)
class Post:
    """A protected post, and for whom it is."""

    text: str
    feed_id: FeedId
    index: int
    body: ProtectedBody
    inside: frozenset[AuthorId]
    """Who was in the circle, as far as the device knew that wrote it."""
    covered: frozenset[AuthorId]
    """Of them those who were in it when its epoch began."""


@dataclass(frozen=True)
class Welcome:
    """What somebody is sent when they are let in."""

    node_keys: tuple[bytes, ...]
    epoch: int
    key: bytes


@dataclass
class Reader:
    """Somebody who may be in it, with all that came to them."""

    author_id: AuthorId
    letters: list[Welcome] = field(default_factory=list)
    """On their way."""
    node_keys: list[bytes] = field(default_factory=list)
    keyring: Keyring = field(default_factory=Keyring)

    def welcome(self, letter: Welcome) -> None:
        self.node_keys += letter.node_keys
        self.keyring.add(EpochKey(circle=HERE, epoch=letter.epoch, key=letter.key))

    def look(self, rekeys: list[tuple[FeedId, RekeyBody]]) -> None:
        for feed_id, body in rekeys:
            key = open_epoch(body, feed_id, self.node_keys)
            if key is not None:
                self.keyring.add(EpochKey(circle=HERE, epoch=body.epoch, key=key))

    def read(self, post: Post) -> str | None:
        found = self.keyring.find(post.body, OWNER, post.feed_id)
        if found is None:
            return None
        body = open_protected(post.body, found[1], post.feed_id, post.index)
        assert isinstance(body, PostBody)
        return body.text


class CircleWorld(RuleBasedStateMachine):
    """Who may read does, nobody else ever, whatever comes when."""

    @initialize()
    def begin(self) -> None:
        self.both = devices()
        self.readers = [Reader(author(number)) for number in range(PEOPLE)]
        self.dice = dice("world")
        self.posts: list[Post] = []
        self.entries: list[tuple[FeedId, RekeyBody]] = []
        self.begun: dict[bytes, frozenset[AuthorId]] = {}
        """Of each epoch's key, who was in when it began."""

    # --- what the author does ---

    def newest(self, device: Device) -> tuple[int, bytes]:
        """As a node does it: what is sound stays, else a new epoch begins."""
        if device.circle.newest() is None:
            told = len(device.log)
            self.begun[device.rekey()] = frozenset(device.circle.members())
            self.entries += device.log[told:]
        newest = device.circle.newest()
        assert newest is not None
        return newest.epoch, newest.key

    @rule(at=st.integers(0, 1), who=st.integers(0, PEOPLE - 1))
    def let_in(self, at: int, who: int) -> None:
        device, reader = self.both[at], self.readers[who]
        if reader.author_id in device.circle.members():
            return
        device.let_in(reader.author_id)
        epoch, key = self.newest(device)
        (tree,) = (each for each in device.circle.live if each.tree_id == device.tree_id)
        keys = path_keys(tree.row.seed, _leaf(tree, reader.author_id))
        reader.letters.append(Welcome(keys, epoch, key))

    @rule(at=st.integers(0, 1), who=st.integers(0, PEOPLE - 1))
    def remove(self, at: int, who: int) -> None:
        self.both[at].remove(self.readers[who].author_id)

    @rule(at=st.integers(0, 1))
    def begin_another(self, at: int) -> None:
        """As every week."""
        device, told = self.both[at], len(self.both[at].log)
        self.begun[device.rekey()] = frozenset(device.circle.members())
        self.entries += device.log[told:]

    @rule(at=st.integers(0, 1))
    def post(self, at: int) -> None:
        device = self.both[at]
        _, key = self.newest(device)
        text, index = f"post {len(self.posts)}", len(self.posts)
        inside = frozenset(device.circle.members())
        body = protect(PostBody(text), key, self.dice(24), device.feed_id, index)
        covered = inside & self.begun[key]
        self.posts.append(Post(text, device.feed_id, index, body, inside, covered))
        for reader in self.readers:
            if not self.was_let_in(reader.author_id, device):
                self.check_closed(reader, self.posts[-1])

    @rule(at=st.integers(0, 1), luck=st.randoms(use_true_random=False))
    def devices_meet(self, at: int, luck: Any) -> None:
        """One hears some of the rows of the other."""
        rows = self.both[1 - at].table.rows()
        self.both[at].hear(luck.sample(rows, luck.randint(0, len(rows))))

    # --- what people hear ---

    @rule(who=st.integers(0, PEOPLE - 1), luck=st.randoms(use_true_random=False))
    def something_comes(self, who: int, luck: Any) -> None:
        reader = self.readers[who]
        luck.shuffle(reader.letters)
        for _ in range(luck.randint(0, len(reader.letters))):
            reader.welcome(reader.letters.pop())
        reader.look(luck.sample(self.entries, luck.randint(0, len(self.entries))))
        self.check_texts(reader)

    # --- what has to be so ---

    def was_let_in(self, who: AuthorId, device: Device) -> bool:
        """Whether they have a leaf on any device that this one did not take back."""
        gone = {(tree.tree_id, leaf) for tree in device.circle.live for leaf in tree.removed}
        return any(
            (tree.tree_id, leaf) not in gone
            for each in self.both
            for tree, leaf in each.circle.leaves_of(who)
        )

    def check_closed(self, reader: Reader, post: Post) -> None:
        """With all they were ever sent, and every log, they cannot read it."""
        best = deepcopy(reader)
        for letter in reader.letters:
            best.welcome(letter)
        best.look(self.entries)
        assert best.read(post) is None

    def check_texts(self, reader: Reader) -> None:
        for post in self.posts:
            assert reader.read(post) in (None, post.text)

    def teardown(self) -> None:
        if not hasattr(self, "both"):
            return
        for reader in self.readers:
            for letter in reader.letters:
                reader.welcome(letter)
            reader.look(self.entries)
            for post in self.posts:
                if reader.author_id in post.covered:
                    assert reader.read(post) == post.text
        self.check_agreed()

    def check_agreed(self) -> None:
        """Once each device heard all of the other, one circle is left, and all in it read."""
        for device, other in (self.both, self.both[::-1]):
            device.hear(other.table.rows())
        assert self.both[0].circle.members().keys() == self.both[1].circle.members().keys()
        self.newest(self.both[0])
        self.both[1].hear(self.both[0].table.rows())
        assert self.newest(self.both[0]) == self.newest(self.both[1])
        self.post(0)
        for reader in self.readers:
            reader.look(self.entries)
            if reader.author_id in self.posts[-1].covered:
                assert reader.read(self.posts[-1]) == self.posts[-1].text


def _leaf(tree: Tree, who: AuthorId) -> int:
    return next(leaf for leaf, each in tree.leaves() if each == who)


@pytest.mark.attack("A192")
@pytest.mark.attack("A193")
class TestCircles(CircleWorld.TestCase):  # type: ignore[name-defined,misc]
    settings = settings(max_examples=at_most(30), stateful_step_count=25, deadline=None)


del CircleWorld

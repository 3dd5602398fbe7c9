"""The person's own circles: rows of the private state, which all their devices share."""

from collections.abc import Iterable, Sequence

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.circles import sentences
from swarmfeed.core.circles.keyring import Circle
from swarmfeed.core.circles.limits import (
    CIRCLE_ID_BYTES,
    CIRCLES_MAX,
    LEAVES_MAX,
    NAME_CHARS_MAX,
    TREE_ID_BYTES,
    WRAPS_MAX,
)
from swarmfeed.core.circles.rows import (
    EPOCH,
    LEFT,
    NAME,
    SCOPE,
    TREE,
    EpochRow,
    LeftRow,
    NameRow,
    OwnCircle,
    Tree,
    TreeRow,
    encode_row,
    epoch_key,
    left_key,
    name_key,
    read_circles,
    tree_key,
    welcomed_key,
    welcomed_row,
    with_people,
    with_removed,
)
from swarmfeed.core.circles.tree import SEED_BYTES, cover
from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import PrivateChanged
from swarmfeed.node.ground.ground import Ground


class Book:
    """Own circles, and who is in them; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._own_id = ground.identity.author_id
        self._device = ground.identity.feed_id
        self._private = ground.private
        self._shelf = ground.shelf
        self._dice = ground.shells.dice
        self._known: tuple[OwnCircle, ...] | None = None
        self._people: frozenset[AuthorId] | None = None

    def on_changed(self, event: PrivateChanged) -> None:
        if any(row.scope == SCOPE for row in event.rows):
            self._known = self._people = None

    # --- looking ---

    def all(self) -> tuple[OwnCircle, ...]:
        """Every circle, by name."""
        if self._known is None:
            self._known = tuple(read_circles(self._private.all(SCOPE))[:CIRCLES_MAX])
        return self._known

    def called(self, name: str) -> OwnCircle:
        """Raises UserError: there is none."""
        wanted = name.strip().casefold()
        for circle in self.all():
            if circle.name.casefold() == wanted:
                return circle
        raise UserError(sentences.NO_SUCH_CIRCLE(name=name))

    def get(self, circle_id: bytes) -> OwnCircle | None:
        return next((each for each in self.all() if each.circle_id == circle_id), None)

    def people(self) -> frozenset[AuthorId]:
        """Who is in any circle."""
        if self._people is None:
            members = (each.members() for each in self.all())
            self._people = frozenset[AuthorId]().union(*members)
        return self._people

    def name_of(self, circle: OwnCircle) -> Circle:
        """What everybody knows it by who has a key of it."""
        return Circle(author_id=self._own_id, circle_id=circle.circle_id)

    # --- changing; all raise UserError, PassingError: all is as it was ---

    def create(self, name: str, *, reads_back: bool) -> OwnCircle:
        """Make a circle with nobody in it."""
        cleaned = " ".join(name.split())
        if not cleaned:
            raise UserError(sentences.CIRCLE_NAME_EMPTY())
        if len(cleaned) > NAME_CHARS_MAX:
            raise UserError(sentences.CIRCLE_NAME_TOO_LONG(most=NAME_CHARS_MAX))
        if len(self.all()) >= CIRCLES_MAX:
            raise UserError(sentences.TOO_MANY_CIRCLES(most=CIRCLES_MAX))
        if any(each.name.casefold() == cleaned.casefold() for each in self.all()):
            raise UserError(sentences.CIRCLE_EXISTS(name=cleaned))
        circle_id = self._dice(CIRCLE_ID_BYTES)
        row = encode_row(NAME, NameRow(name=cleaned, reads_back=reads_back))
        self._set({name_key(circle_id): row, **self._new_tree(circle_id)})
        return self.called(cleaned)

    def let_in(self, circle: OwnCircle, people: Sequence[AuthorId]) -> OwnCircle:
        """Give people leaves of this device's tree."""
        circle = self.with_tree(circle)
        tree = self.own_tree(circle)
        assert tree is not None, "it was just made"
        if len(tree.people) + len(people) > LEAVES_MAX:
            raise UserError(sentences.CIRCLE_FULL(name=circle.name, most=LEAVES_MAX))
        changes = with_people(tree, circle.circle_id, people)
        for who in people:
            if (ended := self.ended_of(who)) != circle.left.get(who, 0):
                row = encode_row(LEFT, LeftRow(count=ended))
                changes[left_key(circle.circle_id, who)] = row
        self._set(changes)
        return self._again(circle)

    def take_back(self, circle: OwnCircle, author_id: AuthorId) -> OwnCircle:
        """Take every leaf of somebody back; they read on until the next epoch begins."""
        rows = self._private.all(SCOPE)
        leaves = list(circle.leaves_of(author_id))
        self._set(with_removed(rows, circle.circle_id, leaves, self._device))
        return self._again(circle)

    def note_epoch(self, circle: OwnCircle, row: EpochRow) -> OwnCircle:
        """An epoch was begun, and is in the log."""
        self._set({epoch_key(circle.circle_id, self._device): encode_row(EPOCH, row)})
        return self._again(circle)

    def note_welcomed(
        self, circle: OwnCircle, tree: Tree, count: int, owed: Iterable[int]
    ) -> None:
        """Leaves below ``count`` were sent their keys, but for those that are owed."""
        self._set({welcomed_key(circle.circle_id, tree.tree_id): welcomed_row(count, owed)})

    def with_tree(self, circle: OwnCircle) -> OwnCircle:
        """See to it that this device has a tree in which it can let somebody in.

        A tree that a device knew which has ended since, or whose cover is too large, or that is
        full, is retired; whoever was in it gets a leaf of the new one.
        """
        worn = [tree for tree in circle.live if self._is_worn(tree)]
        own = self.own_tree(circle)
        if own is not None and own not in worn:
            return circle if not worn else self._renew(circle, worn)
        return self._renew(circle, worn)

    def is_known_to_ended(self, circle: OwnCircle) -> bool:
        """Whether a device of ours that ended since knew a tree of it, and so all its keys."""
        ended = self.ended_of(self._own_id)
        return any(tree.row.ended < ended for tree in circle.live)

    def own_tree(self, circle: OwnCircle) -> Tree | None:
        """This device's tree; of several the one with most people."""
        own = (tree for tree in circle.live if tree.row.device == self._device)
        return max(own, key=lambda tree: (len(tree.people), tree.tree_id), default=None)

    def ended_of(self, author_id: AuthorId) -> int:
        """How many devices of somebody have ended, as far as is known."""
        certified = self._shelf.certified(author_id).feeds
        return sum(each.end is not None for each in certified)

    # --- inside ---

    def _is_worn(self, tree: Tree) -> bool:
        if tree.row.ended < self.ended_of(self._own_id):
            return True
        is_full = len(tree.people) >= LEAVES_MAX
        return is_full or len(cover(len(tree.people), tree.removed)) >= WRAPS_MAX

    def _renew(self, circle: OwnCircle, worn: Sequence[Tree]) -> OwnCircle:
        changes = self._new_tree(circle.circle_id)
        (key,) = changes
        tree_id = key[-TREE_ID_BYTES:]
        for tree in worn:
            row = TreeRow(
                device=tree.row.device, seed=tree.row.seed, ended=tree.row.ended, retired=True
            )
            changes[tree_key(circle.circle_id, tree.tree_id)] = encode_row(TREE, row)
        people = [*dict.fromkeys(who for tree in worn for _, who in tree.leaves())]
        fresh = Tree(tree_id=tree_id, row=self._tree_row())
        changes |= with_people(fresh, circle.circle_id, people)
        self._set(changes)
        return self._again(circle)

    def _new_tree(self, circle_id: bytes) -> dict[bytes, bytes]:
        tree_id = self._dice(TREE_ID_BYTES)
        return {tree_key(circle_id, tree_id): encode_row(TREE, self._tree_row())}

    def _tree_row(self) -> TreeRow:
        seed, ended = self._dice(SEED_BYTES), self.ended_of(self._own_id)
        return TreeRow(device=self._device, seed=seed, ended=ended)

    def _set(self, changes: dict[bytes, bytes]) -> None:
        self._private.set(SCOPE, changes)
        self._known = self._people = None

    def _again(self, circle: OwnCircle) -> OwnCircle:
        found = self.get(circle.circle_id)
        assert found is not None, "circles are not taken away"
        return found

    @property
    def device(self) -> FeedId:
        return self._device

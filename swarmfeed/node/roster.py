"""The one list of a node's roles, in order."""

from typing import Final

from msgspec import Struct

from swarmfeed.core.vocabulary import VOCABULARY, Vocabulary
from swarmfeed.node.archives.role import archives_role
from swarmfeed.node.catchup.role import catchup_role
from swarmfeed.node.circles.role import circles_role
from swarmfeed.node.devices.role import devices_role
from swarmfeed.node.guard.role import guard_role
from swarmfeed.node.history.role import history_role
from swarmfeed.node.letters.role import letters_role
from swarmfeed.node.library.role import library_role
from swarmfeed.node.lookup.role import lookup_role
from swarmfeed.node.mailboxes.role import mailboxes_role
from swarmfeed.node.media.role import media_role
from swarmfeed.node.near.role import near_role
from swarmfeed.node.node import MakeRole
from swarmfeed.node.push.role import push_role
from swarmfeed.node.relay.role import relay_role
from swarmfeed.node.state.role import state_role
from swarmfeed.node.supernode.role import supernode_role
from swarmfeed.node.wayin.role import wayin_role
from swarmfeed.node.webfeeds.role import webfeeds_role
from swarmfeed.node.witness.role import witness_role


class Roster(Struct, frozen=True, kw_only=True):
    """What a node is made of, beside the feeds that every node has."""

    roles: tuple[MakeRole, ...]
    """In the order in which they hear events, recall, and are given their work."""
    vocabulary: Vocabulary = VOCABULARY
    """The messages that its links understand; those of its roles among them."""


ROSTER: Final = Roster(
    roles=(
        history_role,
        guard_role,
        state_role,
        devices_role,
        supernode_role,
        catchup_role,
        relay_role,
        lookup_role,
        library_role,
        wayin_role,
        witness_role,
        push_role,
        letters_role,
        mailboxes_role,
        circles_role,
        media_role,
        archives_role,
        webfeeds_role,
        near_role,
    )
)

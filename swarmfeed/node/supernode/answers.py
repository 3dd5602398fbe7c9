"""What people ask of supernodes."""

from collections import deque
from typing import Final

from swarmfeed.core.asks.sentences import NOT_RUNNING
from swarmfeed.core.asks.supernodes import (
    RoleChange,
    SupernodeLink,
    Supernodes,
    SupernodeStatus,
)
from swarmfeed.core.supernode import sentences
from swarmfeed.core.supernode.limits import ROLE_CHANGES_KEPT
from swarmfeed.errors import UserError
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.events import ServingChanged
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.supernode.gatekeeper import Gatekeeper
from swarmfeed.node.supernode.layering import Layering
from swarmfeed.node.supernode.passport import Passport


class SupernodeAnswers:
    """Answers from the parts of the role."""

    def __init__(
        self, ground: Ground, layering: Layering, gatekeeper: Gatekeeper, passport: Passport
    ) -> None:
        self._layer = ground.layer
        self._clock = ground.shells.clock
        self._is_online = ground.settings.network
        self._member = layering.member
        self._gatekeeper = gatekeeper
        self._passport = passport
        self._changes: Final = deque[RoleChange](maxlen=ROLE_CHANGES_KEPT)

    def rows(self) -> tuple[Answers, ...]:
        return (in_loop(Supernodes, self.status),)

    def on_change(self, event: ServingChanged) -> None:
        """Remember when, and why."""
        change = RoleChange(
            at_ms=self._clock.now_ms(), serves=event.serves, why=self._member.why
        )
        self._changes.appendleft(change)

    def status(self, _: Supernodes) -> SupernodeStatus:
        """Raises UserError: no node runs here, so it stands nowhere."""
        if not self._is_online:
            raise UserError(NOT_RUNNING())
        member, verdict = self._member, self._gatekeeper.verdict
        return SupernodeStatus(
            serves=self._layer.serves,
            sentence=self._sentence(),
            why=member.why,
            may_serve=verdict.eligible,
            gates=verdict.why,
            parents=tuple(map(_link, self._layer.parents)),
            children=len(self._layer.children),
            places=self._passport.capacity,
            supernodes_known=len(member.table),
            nodes_known=len(member.sampling.view),
            changes=tuple(self._changes),
        )

    def _sentence(self) -> str:
        if self._layer.serves:
            children, places = len(self._layer.children), self._passport.capacity
            none, some = sentences.SERVES_NONE, sentences.SERVES
            return some(children=children, places=places) if children else none(places=places)
        parents = len(self._layer.parents)
        return sentences.IS_SERVED(parents=parents) if parents else sentences.NOBODY_SERVES()


def _link(session: Session) -> SupernodeLink:
    endpoint = session.link or session.peer.remote
    return SupernodeLink(
        node_id=session.node_id,
        endpoint=str(endpoint) if endpoint is not None else "",
        since_ms=session.since_ms,
    )

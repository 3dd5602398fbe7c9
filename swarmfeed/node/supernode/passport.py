"""Our own record: what we sign of ourselves, and where we are reached."""

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.supernode.capacity import size_class_of
from swarmfeed.core.supernode.echoes import Echoes
from swarmfeed.core.supernode.limits import CAPACITIES
from swarmfeed.core.supernode.member import Standing
from swarmfeed.core.supernode.records import UNKNOWN_HOST, Record, sign_record
from swarmfeed.node.ground.ground import Ground


class Passport:
    """Signs records by the node key."""

    def __init__(self, ground: Ground, echoes: Echoes, started_s: int) -> None:
        self._identity = ground.identity
        self._introduction = ground.introduction
        self._echoes = echoes
        self.started_s = started_s
        """When this node began, in the time of the layer."""
        self.size_class = size_class_of(
            ground.shells.link.peers_max, ground.settings.up_bytes_per_s
        )

    @property
    def capacity(self) -> int:
        """Children this machine takes when it serves."""
        return CAPACITIES[self.size_class]

    @property
    def link_port(self) -> int:
        """Where we accept links; 0 while we do not."""
        return self._introduction.link_port

    def endpoint(self) -> Endpoint:
        """Where others reach us, as far as we know."""
        # Who listens everywhere is told by others; port 0 would be no record.
        host = self._echoes.host() or UNKNOWN_HOST
        return self._introduction.endpoint() or Endpoint(host, self.link_port or 1)

    def sign(self, standing: Standing, now_s: int) -> Record:
        record = Record(
            node_id=self._identity.node_id,
            endpoint=self.endpoint(),
            size_class=self.size_class,
            eligible=standing.eligible,
            serving=standing.serving,
            load=standing.load,
            age_minutes=max(0, now_s - self.started_s) // 60,
            made_s=now_s,
        )
        return sign_record(record, self._identity.node_key)

"""Records and members for the tests of this group."""

from msgspec.structs import replace
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.supernode.limits import CAPACITIES
from swarmfeed.core.supernode.member import Member, Origin, Standing
from swarmfeed.core.supernode.records import Record
from swarmfeed.core.supernode.sampling import Luck

NOW_S = 1_800_000_000


def node_id(number: int) -> NodeId:
    return NodeId(number.to_bytes(32, "big"))


def record(number: int, **change: object) -> Record:
    """An unsigned record of a supernode, in a network of its own."""
    plain = Record(
        node_id=node_id(number),
        endpoint=Endpoint(f"{20 + number // 256 % 100}.{number % 256}.0.1", 4_000),
        size_class=1,
        eligible=True,
        serving=True,
        load=0.5,
        age_minutes=90,
        made_s=NOW_S,
    )
    return replace(plain, **change)  # type: ignore[arg-type]


def leaf(number: int, **change: object) -> Record:
    return record(number, **{"serving": False, "load": 0.0, **change})


def signed_by(key: SigningKey, **change: object) -> Record:
    """What ``key`` would sign of itself."""
    return record(1, **{"node_id": NodeId(key.public), **change})


def member(
    number: int, luck: Luck, *, size_class: int = 1, ways_in: tuple[Endpoint, ...] = ()
) -> Member:
    def sign(standing: Standing, now_s: int) -> Record:
        return record(
            number,
            size_class=size_class,
            eligible=standing.eligible,
            serving=standing.serving,
            load=standing.load,
            made_s=now_s,
        )

    origin = Origin(
        node_id=node_id(number),
        capacity=CAPACITIES[size_class],
        started_s=NOW_S - 3_600,
        ways_in=lambda: ways_in,
        sign=sign,
        secret=b"secret",
    )
    return Member(origin, luck)

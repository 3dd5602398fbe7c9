"""Which machines keep our letters, and which do so no longer."""

from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.limits import MAILBOXES_MAX
from swarmfeed.core.mailboxes.choice import BoxOffer, BoxRecord, choose, wanted
from swarmfeed.core.mailboxes.limits import GONE_LOOKS, GONE_S, MISSED_MIN, PROBES_LOST_MAX

NOW_S = 1_700_000_000


def node(number: int) -> NodeId:
    return NodeId(b"%032d" % number)


def fine() -> BoxRecord:
    return BoxRecord(since_s=0, heard_s=NOW_S)


def gone() -> BoxRecord:
    return BoxRecord(since_s=0, heard_s=NOW_S - GONE_S, looks=GONE_LOOKS)


def liar() -> BoxRecord:
    return BoxRecord(since_s=0, heard_s=NOW_S, missed=MISSED_MIN, had=MISSED_MIN - 1)


def offer(
    number: int,
    network: str = "",
    *,
    is_server: bool = False,
    is_own: bool = False,
) -> BoxOffer:
    return BoxOffer(
        node_id=node(number),
        is_server=is_server,
        is_friend=True,
        is_own=is_own,
        network=network or f"10.{number}.0.0/16",
    )


def test_servers_come_first_and_own_devices_last() -> None:
    offers = [offer(1, is_own=True), offer(2), offer(3, is_server=True), offer(4)]
    assert choose({}, offers, {}, NOW_S).kept == (node(3), node(2), node(4))
    assert choose({}, offers[:2], {}, NOW_S).kept == (node(2), node(1))


def test_each_in_a_network_of_its_own_as_far_as_there_are() -> None:
    crowd = [offer(n, "192.0.0.0/16", is_server=True) for n in range(5)]
    chosen = choose({}, [*crowd, offer(8), offer(9)], {}, NOW_S).kept
    assert {*chosen} == {node(0), node(8), node(9)}
    kept = choose({node(7): fine()}, [*crowd, offer(8)], {node(7): "192.0.0.0/16"}, NOW_S).kept
    assert kept[:2] == (node(7), node(8))


def test_who_is_gone_stays_until_another_takes_the_place() -> None:
    records = {node(1): fine(), node(2): gone(), node(3): fine()}
    assert choose(records, [], {}, NOW_S).kept == (node(1), node(2), node(3))
    choice = choose(records, [offer(4)], {}, NOW_S)
    assert choice.kept == (node(1), node(3), node(4))
    assert choice.given_up == (node(2),)


def test_who_was_away_long_but_was_not_looked_for_is_not_gone() -> None:
    asleep = BoxRecord(since_s=0, heard_s=NOW_S - 10 * GONE_S, looks=GONE_LOOKS - 1)
    assert not asleep.is_gone(NOW_S)
    assert wanted([asleep, fine(), fine()], NOW_S) == 0


def test_who_loses_parcels_goes_at_once_unless_there_is_nobody_else() -> None:
    assert choose({node(1): fine(), node(2): liar()}, [], {}, NOW_S).kept == (node(1),)
    assert choose({node(2): liar()}, [], {}, NOW_S).kept == (node(2),)
    assert choose({node(2): liar()}, [offer(3)], {}, NOW_S).kept == (node(3),)
    for lost in (
        BoxRecord(since_s=0, heard_s=NOW_S, probes_lost=PROBES_LOST_MAX),
        BoxRecord(since_s=0, heard_s=NOW_S, refuses=True),
    ):
        assert choose({node(1): fine(), node(2): lost}, [], {}, NOW_S).given_up == (node(2),)


def test_who_lacked_less_than_half_stays() -> None:
    unlucky = BoxRecord(since_s=0, heard_s=NOW_S, missed=50, had=51)
    assert not unlucky.loses()


records = st.sampled_from([fine, gone, liar])


@given(
    st.lists(records, max_size=MAILBOXES_MAX),
    st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from("ab")), max_size=8),
)
def test_there_are_never_more_than_three_and_none_that_is_fine_goes(
    made: list[object], offered: list[tuple[bool, bool, str]]
) -> None:
    known = {node(n): make() for n, make in enumerate(made)}  # type: ignore[operator]
    offers = [
        offer(10 + n, network, is_server=server, is_own=own)
        for n, (server, own, network) in enumerate(offered)
    ]
    choice = choose(known, offers, {}, NOW_S)
    assert len({*choice.kept}) == len(choice.kept) <= MAILBOXES_MAX
    assert {n for n, record in known.items() if record == fine()} <= {*choice.kept}
    assert bool(choice.kept) == bool(known or offers)
    assert {*choice.kept} | {*choice.given_up} >= {*known}
    if len(choice.kept) < MAILBOXES_MAX:
        assert {each.node_id for each in offers} <= {*choice.kept}

import pytest
from street.fakes.clock import FakeClock
from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.history.limits import SEEN_MAX
from swarmfeed.core.history.words import Report, RequestRate
from swarmfeed.node.history import demand as demand_module
from swarmfeed.node.history.demand import Demand

DAY_MS = 86_400_000
FEED, OTHER = FeedId(b"f" * 32), FeedId(b"g" * 32)
READERS = [NodeId(bytes([n]) * 32) for n in range(1, 100)]


def asked_daily(demand: Demand, clock: FakeClock, days: int, readers: int = 1) -> None:
    for _ in range(days):
        clock.advance(DAY_MS)
        for reader in READERS[:readers]:
            demand.note_request(reader, FEED)


def test_one_reader_a_day_comes_to_a_rate_of_about_one() -> None:
    clock = FakeClock()
    demand = Demand(clock)
    asked_daily(demand, clock, days=60)
    assert demand.rate(FEED) == pytest.approx(1.0, abs=0.1)
    asked_daily(demand, clock, days=60, readers=5)
    assert demand.rate(FEED) == pytest.approx(5.0, abs=0.5)


def test_a_week_without_requests_leaves_half() -> None:
    clock = FakeClock()
    demand = Demand(clock)
    asked_daily(demand, clock, days=10)
    before = demand.rate(FEED)
    clock.advance(7 * DAY_MS)
    assert demand.rate(FEED) == pytest.approx(before / 2)


@pytest.mark.attack("A37")
def test_the_same_reader_counts_once_a_day() -> None:
    clock = FakeClock()
    demand = Demand(clock)
    for _ in range(100):
        demand.note_request(READERS[0], FEED)
    one = demand.rate(FEED)
    demand.note_request(READERS[1], FEED)
    assert demand.rate(FEED) == pytest.approx(2 * one)
    clock.advance(DAY_MS)
    demand.note_request(READERS[0], FEED)
    assert demand.rate(FEED) > 2 * one * 0.9


@pytest.mark.attack("A37")
def test_one_liar_among_servers_changes_little() -> None:
    clock = FakeClock()
    demand = Demand(clock)
    asked_daily(demand, clock, days=30)
    honest = Report((), (RequestRate(FEED, 30),), 8)
    for server in READERS[:3]:
        demand.on_report(server, honest)
    demand.on_report(READERS[3], Report((), (RequestRate(FEED, 10**9),), 8))
    assert demand.rate(FEED) == pytest.approx(1.0, abs=0.1)
    for server in READERS[:3]:
        demand.on_close(server)
    assert demand.rate(FEED) > 1_000


def test_the_highest_rates_are_reported_and_come_back_after_a_restart() -> None:
    clock = FakeClock()
    demand = Demand(clock)
    asked_daily(demand, clock, days=30, readers=2)
    demand.note_request(READERS[0], OTHER)
    told = demand.report_rates()
    assert [each.feed_id for each in told] == [FEED, OTHER]
    assert told[0].per_month == pytest.approx(60, abs=6)
    again = Demand(clock)
    rows = {key: row for key, row in demand.take_changes().items() if row is not None}
    again.load({**rows, b"junk": b"junk"})
    assert again.rate(FEED) == demand.rate(FEED)
    assert again.ordinary_rate() == pytest.approx((demand.rate(FEED) + demand.rate(OTHER)) / 2)


@pytest.mark.attack("A37")
def test_how_much_is_counted_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demand_module, "FEEDS_HELD_MAX", 50)
    clock = FakeClock()
    demand = Demand(clock)
    for number in range(60):
        demand.note_request(READERS[0], FeedId(bytes([number]) * 32))
    clock.advance(DAY_MS)
    for number in range(60, 120):
        demand.note_request(READERS[0], FeedId(bytes([number]) * 32))
    assert len(demand.report_rates()) <= 50 <= SEEN_MAX

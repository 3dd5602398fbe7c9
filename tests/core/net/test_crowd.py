import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.net.crowd import Crowd, address_of

HOME, CAFE = "192.0.2.1", "192.0.2.2"


def test_who_waits_longest_goes_when_there_are_too_many() -> None:
    crowd: Crowd[int] = Crowd(3, 3)
    assert [crowd.enter(who, f"192.0.2.{who}") for who in range(5)] == [None] * 3 + [0, 1]
    assert [who in crowd for who in range(5)] == [False, False, True, True, True]


@pytest.mark.attack("A60")
def test_an_address_has_its_share_and_pushes_on_its_own_only() -> None:
    crowd: Crowd[str] = Crowd(100, 2)
    assert crowd.enter("first", HOME) is None
    pushed = [crowd.enter(f"siege {number}", CAFE) for number in range(4)]
    assert pushed == [None, None, "siege 0", "siege 1"]
    assert "first" in crowd


@pytest.mark.attack("A60")
def test_a_full_crowd_loses_one_of_the_address_that_has_most() -> None:
    crowd: Crowd[str] = Crowd(4, 3)
    assert crowd.enter("first", HOME) is None
    assert [crowd.enter(f"siege {number}", CAFE) for number in range(3)] == [None] * 3
    assert crowd.enter("second", "192.0.2.3") == "siege 0"
    assert "first" in crowd


def test_who_left_has_made_room() -> None:
    crowd: Crowd[str] = Crowd(1, 1)
    assert crowd.enter("one", HOME) is None
    crowd.leave("one")
    crowd.leave("one")
    assert crowd.enter("two", HOME) is None
    assert crowd.drop() == "two"
    assert crowd.drop() is None


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_what_one_machine_can_have_counts_as_one_address(host: str, address: str) -> None:
    assert address_of(host) == address


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30), st.integers(0, 5))))
def test_the_bounds_hold_whoever_comes_and_goes(moves: list[tuple[bool, int, int]]) -> None:
    crowd: Crowd[int] = Crowd(8, 3)
    there: dict[int, int] = {}
    for comes, who, host in moves:
        if comes and who not in there:
            there[who] = host
            gone = crowd.enter(who, f"192.0.2.{host}")
            if gone is not None:
                del there[gone]
        elif not comes:
            crowd.leave(who)
            there.pop(who, None)
        assert len(crowd) == len(there) <= 8
        assert all(each in crowd for each in there)
        assert max(map(list(there.values()).count, there.values()), default=0) <= 3

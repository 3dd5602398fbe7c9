"""What is due of many things: the same as by a walk over all, and without one."""

from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.types import Hash
from swarmfeed.core.supernode.dues import Dues

THINGS = [Hash(bytes([number]) * 32) for number in range(5)]

Step = tuple[str, int, int]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["set", "drop", "take"]), st.integers(0, 4), st.integers(0, 20)
        )
    )
)
def test_the_next_is_that_of_a_walk_over_all(steps: list[Step]) -> None:
    due = dict[Hash, int]()
    dues = Dues(due.get)
    now_ms = 0
    for what, number, later_ms in steps:
        thing = THINGS[number]
        if what == "set":
            due[thing] = now_ms + later_ms
            dues.set(thing, due[thing])
        elif what == "drop":
            due.pop(thing, None)
        else:
            now_ms += later_ms
            late = {each for each, at_ms in due.items() if at_ms <= now_ms}
            taken = list[Hash]()
            while (found := dues.take(now_ms)) is not None:
                taken.append(found)
                del due[found]
            assert len(taken) == len(late) and set(taken) == late
        assert dues.next_ms() == min(due.values(), default=None)


def test_looking_asks_for_what_is_next_and_for_no_other() -> None:
    asked = list[Hash]()

    def due_ms(what: Hash) -> int:
        asked.append(what)
        return int.from_bytes(what)

    dues = Dues(due_ms)
    for number in range(1_000):
        dues.set(Hash(number.to_bytes(32)), number)
    assert [dues.next_ms() for _ in range(10)] == [0] * 10
    assert dues.take(-1) is None and dues.take(0) == Hash(bytes(32))
    assert set(asked) == {Hash(bytes(32))}

"""The order of letters: alike for all who have the same ones, and gaps are seen."""

from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.letters.limits import AFTER_MAX
from swarmfeed.core.letters.order import Placed, in_order, newest_with


def placed(number: int, *after: int, time_ms: int = 0) -> Placed:
    return Placed(
        letter_id=bytes([number]),
        after=tuple(bytes([each]) for each in after),
        time_ms=time_ms,
    )


def numbers(letters: list[Placed]) -> list[int]:
    return [each.letter_id[0] for each in in_order(letters)]


def test_an_answer_stands_behind_what_it_answers_whatever_the_clocks_say() -> None:
    question, answer = placed(1, time_ms=500), placed(2, 1, time_ms=100)
    assert numbers([answer, question]) == [1, 2]


def test_what_crossed_on_its_way_is_sorted_by_its_time() -> None:
    assert numbers([placed(1, time_ms=5), placed(2, time_ms=4)]) == [2, 1]


def test_what_is_missing_is_counted_where_it_is_missed() -> None:
    found = in_order([placed(3, 1, 2), placed(4, 3)])
    assert [(each.letter_id[0], each.missing) for each in found] == [(3, 2), (4, 0)]
    found = in_order([placed(3, 1, 2)], known=[bytes([2])])
    assert found[0].missing == 1


@given(data=st.data())
def test_everybody_sees_the_same_order(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 12))
    letters = []
    for number in range(count):
        after = data.draw(st.sets(st.integers(0, max(number - 1, 0)), max_size=AFTER_MAX))
        after.discard(number)
        letters.append(placed(number, *after, time_ms=data.draw(st.integers(0, 3))))
    shuffled = data.draw(st.permutations(letters))
    order = numbers(list(shuffled))
    assert order == numbers(letters)
    assert sorted(order) == list(range(count))
    for letter in letters:
        place = order.index(letter.letter_id[0])
        assert all(order.index(each[0]) < place for each in letter.after)


def test_the_next_letter_names_what_nothing_else_names() -> None:
    newest = newest_with([], b"1", ())
    newest = newest_with(newest, b"2", ())
    assert newest == [b"1", b"2"]
    assert newest_with(newest, b"3", (b"1",)) == [b"2", b"3"]
    many: list[bytes] = []
    for number in range(9):
        many = newest_with(many, bytes([number]), ())
    assert len(many) == AFTER_MAX
    assert many[-1] == bytes([8])

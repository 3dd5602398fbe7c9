"""Which posts lead up to muted ones: what it costs, whoever wrote the thread."""

from collections.abc import Iterator

import pytest
from swarmfeed.core.base.types import Hash
from swarmfeed.shell.store.threads import Step, _leading_to

LENGTH = 2_000


class Counted(dict[int, Step]):
    """Counts what is looked up."""

    looks = 0

    def __getitem__(self, key: int) -> Step:
        self.looks += 1
        return super().__getitem__(key)


def hash_of(at: int) -> Hash:
    return Hash(at.to_bytes(32, "big"))


def chain() -> Iterator[tuple[int, Step]]:
    """Each answers the one before it."""
    yield 0, (hash_of(0), None, None)
    for at in range(1, LENGTH):
        yield at, (hash_of(at), hash_of(at - 1), at - 1)


@pytest.mark.attack("A340")
def test_each_step_of_a_long_thread_is_gone_once_however_many_notices_are_in_it() -> None:
    steps = Counted(chain())
    assert len(_leading_to({hash_of(0)}, steps, range(LENGTH))) == LENGTH
    upwards = Counted(chain())
    assert len(_leading_to({hash_of(0)}, upwards, reversed(range(LENGTH)))) == LENGTH
    assert max(steps.looks, upwards.looks) <= 3 * LENGTH
    assert _leading_to({hash_of(LENGTH)}, steps, range(LENGTH)) == set()

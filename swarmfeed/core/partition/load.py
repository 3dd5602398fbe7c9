"""How many posts are written in a day, counted over the last one."""

from collections import deque

from swarmfeed.core.partition.limits import COUNTED_LEAST_S, COUNTED_S, COUNTED_STEP_S


class PostsADay:
    """Counts; time is an argument, in seconds of a clock that never runs backwards."""

    def __init__(self, now_s: float) -> None:
        self._began_s = now_s
        self._steps: deque[tuple[int, int]] = deque()
        """Number of each step and what was counted in it, oldest first."""

    def add(self, now_s: float) -> None:
        """One more post was written."""
        step = int(now_s // COUNTED_STEP_S)
        if self._steps and self._steps[-1][0] == step:
            self._steps[-1] = step, self._steps[-1][1] + 1
        else:
            self._steps.append((step, 1))
        while self._steps[0][0] <= step - COUNTED_S // COUNTED_STEP_S:
            self._steps.popleft()

    def rate(self, now_s: float) -> float | None:
        """Return how many are written in a day; None: nobody knows yet."""
        passed_s = min(now_s - self._began_s, COUNTED_S)
        if passed_s < COUNTED_LEAST_S:
            return None
        first = now_s // COUNTED_STEP_S - COUNTED_S // COUNTED_STEP_S
        count = sum(number for step, number in self._steps if step > first)
        return count * 24 * 60 * 60 / passed_s

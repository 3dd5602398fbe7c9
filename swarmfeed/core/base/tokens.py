"""A token bucket: so much on average, and a burst of a whole window at once.

Pure: time is an argument, in seconds of any clock that never runs backwards.
"""


class TokenBucket:
    """Lets ``rate_per_s`` tokens a second through, and bursts of ``capacity``."""

    __slots__ = ("_capacity", "_filled_at_s", "_rate_per_s", "_tokens")

    def __init__(self, capacity: float, rate_per_s: float, now_s: float) -> None:
        """Start full.

        Args:
            capacity: Most tokens it holds, the longest burst; capacity > 0.
            rate_per_s: Tokens that come back each second, >= 0; 0 makes it a plain total.
            now_s: The time now.
        """
        self._capacity = capacity
        self._rate_per_s = rate_per_s
        self._tokens = capacity
        self._filled_at_s = now_s

    def take(self, tokens: float, now_s: float) -> bool:
        """Take tokens out; False, and nothing is taken, when too few are left."""
        self._fill(now_s)
        if tokens > self._tokens:
            return False
        self._tokens -= tokens
        return True

    def owe(self, tokens: float, now_s: float) -> None:
        """Take tokens out, however many are left: what is lacking is a debt, >= 0 tokens."""
        self._fill(now_s)
        self._tokens -= tokens

    def give(self, tokens: float, now_s: float) -> None:
        """Put tokens back, >= 0: as many as it holds at most."""
        self._fill(now_s)
        self._tokens = min(self._capacity, self._tokens + tokens)

    def left(self, now_s: float) -> float:
        """Tokens it holds; below 0 is a debt."""
        self._fill(now_s)
        return self._tokens

    def paid_off_in_s(self, now_s: float) -> float:
        """Seconds until nothing is owed any more; 0 when nothing is.  The rate must be > 0."""
        return max(-self.left(now_s), 0.0) / self._rate_per_s

    def is_full(self, now_s: float) -> bool:
        """Whether it is as good as new."""
        return self.left(now_s) >= self._capacity

    def _fill(self, now_s: float) -> None:
        passed_s = max(0.0, now_s - self._filled_at_s)
        self._filled_at_s = max(now_s, self._filled_at_s)
        self._tokens = min(self._capacity, self._tokens + passed_s * self._rate_per_s)

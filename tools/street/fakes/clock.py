"""A clock that moves when a test says so."""


class FakeClock:
    """Implements ``ports.Clock``."""

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self._now_ms = now_ms
        self._monotonic_ms = 0
        self._worked_s = 0.0

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic_ms(self) -> int:
        return self._monotonic_ms

    def busy_s(self) -> float:
        return self._worked_s

    def work(self, for_s: float) -> None:
        """Let something have cost so much, for_s >= 0; no time passes."""
        assert for_s >= 0
        self._worked_s += for_s

    def advance(self, by_ms: int) -> None:
        """Let time pass, by_ms >= 0."""
        assert by_ms >= 0
        self._now_ms += by_ms
        self._monotonic_ms += by_ms

    def set_wall_clock(self, now_ms: int) -> None:
        """Somebody sets the machine's clock; no time passes."""
        self._now_ms = now_ms


class WrongClock:
    """Implements ``ports.Clock``: set wrong by somebody, beside one that is right."""

    def __init__(self, right: FakeClock) -> None:
        self._right = right
        self.ahead_ms = 0

    def now_ms(self) -> int:
        return self._right.now_ms() + self.ahead_ms

    def monotonic_ms(self) -> int:
        return self._right.monotonic_ms()

    def busy_s(self) -> float:
        return self._right.busy_s()


class QuickClock:
    """Implements ``ports.Clock``: so many times as fast as another one."""

    def __init__(self, clock: FakeClock, factor: int) -> None:
        self._clock = clock
        self._factor = factor
        self._start_ms = clock.now_ms()

    def now_ms(self) -> int:
        return self._start_ms + (self._clock.now_ms() - self._start_ms) * self._factor

    def monotonic_ms(self) -> int:
        return self._clock.monotonic_ms() * self._factor

    def busy_s(self) -> float:
        return self._clock.busy_s()

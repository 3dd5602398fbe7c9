"""A clock that moves when a test says so."""


class FakeClock:
    """Implements ``ports.Clock``."""

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self._now_ms = now_ms
        self._monotonic_ms = 0

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic_ms(self) -> int:
        return self._monotonic_ms

    def advance(self, by_ms: int) -> None:
        """Let time pass, by_ms >= 0."""
        assert by_ms >= 0
        self._now_ms += by_ms
        self._monotonic_ms += by_ms

    def set_wall_clock(self, now_ms: int) -> None:
        """Somebody sets the machine's clock; no time passes."""
        self._now_ms = now_ms

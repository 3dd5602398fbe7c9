"""Rows, devices and boxes for tests of private state."""

from hypothesis import strategies as st
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.state.rows import PrivateRow

FEEDS = [FeedId(bytes([number]) * 32) for number in range(1, 5)]


def row(
    scope: str = "mute",
    key: bytes = b"anna",
    value: bytes = b"1",
    time_ms: int = 1_000,
    device: FeedId = FEEDS[0],
) -> PrivateRow:
    return PrivateRow(scope=scope, key=key, value=value, time_ms=time_ms, device=device)


rows = st.builds(
    row,
    scope=st.sampled_from(["mute", "read", "draft"]),
    key=st.sampled_from([b"a", b"b", b""]),
    value=st.sampled_from([b"", b"1", b"2"]),
    time_ms=st.integers(0, 5),
    device=st.sampled_from(FEEDS),
)
"""Few names and times, so that they meet."""

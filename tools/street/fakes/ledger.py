"""A ledger in memory; survives the node that writes it."""

from collections import defaultdict
from collections.abc import Mapping


class FakeLedger:
    """Implements ``ports.Ledger``."""

    def __init__(self) -> None:
        self._pages: defaultdict[str, dict[bytes, bytes]] = defaultdict(dict)

    def read(self, page: str) -> dict[bytes, bytes]:
        return dict(sorted(self._pages[page].items()))

    def write(self, changes: Mapping[str, Mapping[bytes, bytes | None]]) -> None:
        for page, rows in changes.items():
            for key, value in rows.items():
                if value is None:
                    self._pages[page].pop(key, None)
                else:
                    self._pages[page][key] = value

    def check_writable(self) -> None:
        """Memory takes everything."""

    def was_lost(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is open."""

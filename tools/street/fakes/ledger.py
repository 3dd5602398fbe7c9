"""A ledger in memory; survives the node that writes it."""

from collections.abc import Mapping

from swarmfeed.ports import Page


class FakeLedger:
    """Implements ``ports.Ledger``."""

    def __init__(self) -> None:
        self._pages: dict[Page, dict[bytes, bytes]] = {page: {} for page in Page}

    def read(self, page: Page) -> dict[bytes, bytes]:
        return dict(sorted(self._pages[page].items()))

    def write(self, changes: Mapping[Page, Mapping[bytes, bytes | None]]) -> None:
        for page, rows in changes.items():
            for key, value in rows.items():
                if value is None:
                    self._pages[page].pop(key, None)
                else:
                    self._pages[page][key] = value

    def close(self) -> None:
        """Nothing is open."""

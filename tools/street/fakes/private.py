"""Private state in memory; survives the node that writes it."""

from collections.abc import Iterable

from swarmfeed.core.state.rows import Name, PrivateRow


class FakePrivateFile:
    """Implements ``ports.PrivateFile``."""

    def __init__(self) -> None:
        self._rows: dict[Name, PrivateRow] = {}

    def read(self) -> list[PrivateRow]:
        return list(self._rows.values())

    def write(self, rows: Iterable[PrivateRow], gone: Iterable[Name] = ()) -> None:
        for name in gone:
            self._rows.pop(name, None)
        self._rows.update({row.name: row for row in rows})

    def was_lost(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is open."""

"""Settings that are kept in memory."""

from collections.abc import Mapping


class FakeKeptSettings:
    """Implements ``ports.kept_settings.KeptSettings``."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def read(self) -> Mapping[str, str]:
        return dict(self._kept)

    def write(self, kept: Mapping[str, str]) -> None:
        self._kept = dict(kept)

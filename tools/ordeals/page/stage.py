"""What a scene is, and what somebody who plays it has."""

import random
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, field

from ordeals.page.markup import careful, harmless
from ordeals.page.town import Town
from ordeals.page.windows import Window


class Variant(Struct, frozen=True, kw_only=True):
    """In which browser, and whether with script."""

    browser: str
    """Empty: in none."""
    script: bool

    def __str__(self) -> str:
        if not self.browser:
            return "no browser"
        return f"{self.browser}, {'script' if self.script else 'no script'}"


class Stage(Struct, frozen=True, kw_only=True):
    """The town, somebody's window, and words that no other case uses."""

    town: Town
    opened: Window | None
    """None where the variant has no browser."""
    at: str
    """Whose page it is."""
    variant: Variant
    word: str
    """Stands in all that is written, so that it is found again."""
    luck: random.Random
    folder: Path
    """For files; empty at first."""
    seen: list[str] = field(default_factory=list)
    """What is to be counted, one line each."""

    @property
    def window(self) -> Window:
        """The window of a scene that is played in one."""
        assert self.opened is not None, "this scene is played in no browser"
        return self.opened

    def look(self, path: str, text: str) -> None:
        """Open a page, or ask for it where there is no browser: a text does no harm in it."""
        where = f"{path}: {text}"
        if not self.opened:
            careful(self.town.read(self.at, path), where)
            return
        self.opened.go(path)
        harmless(self.opened.page, where)


class Scene(Struct, frozen=True, kw_only=True):
    """Something that is played in a window."""

    name: str
    play: Callable[[Stage], None]
    """AssertionError, or one of the browser's, says what was otherwise than it must."""
    at: str = "anna"
    """Whose page it is."""

"""How one browser shows the page: colours, movement, keys, language.  Kept by it, in a cookie.

A cookie, so that the first byte of a page is in the right colours, with and without script.
Another server of this machine may set one of the same name: of what it can say, nothing does
harm, and the rest is passed over.
"""

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import asdict

from webui.cookies import cookie_values
from webui.tongues import TONGUES

COOKIE: Final = "swarmfeed-look"

KEPT_S: Final = 400 * 86_400
"""As long as browsers keep a cookie at most; each change of the look begins it anew."""

SYSTEM: Final = "system"
"""As the system, or the browser, has it."""

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "theme": (SYSTEM, "light", "dark"),
    "contrast": (SYSTEM, "more"),
    "motion": (SYSTEM, "less"),
    "keys": ("on", "off"),
    "language": (SYSTEM, *TONGUES),
}
"""What can be chosen, the default first."""


class Appearance(Struct, frozen=True, kw_only=True):
    """What a person chose in one browser."""

    theme: str = SYSTEM
    contrast: str = SYSTEM
    motion: str = SYSTEM
    keys: str = "on"
    """Whether single keys do something."""
    language: str = SYSTEM

    @property
    def text(self) -> str:
        """What stands in the cookie."""
        return ".".join(asdict(self).values())

    @property
    def schemes(self) -> str:
        """The colour schemes that the page may be shown in, for the browser's own parts."""
        return "light dark" if self.theme == SYSTEM else self.theme

    @property
    def marks(self) -> Markup:
        """Attributes of the root element; nothing of what is as ever."""
        chosen = {
            name: value
            for name, value in asdict(self).items()
            if name != "language" and _is_chosen(name, value)
        }
        return Markup("").join(
            Markup(' data-{}="{}"').format(name, value) for name, value in chosen.items()
        )


def _is_chosen(name: str, value: str) -> bool:
    return value != CHOICES[name][0]


def look_of(given: Mapping[str, str]) -> Appearance:
    """Return the look that a form asks for; what it does not say, or says wrong, is as ever."""
    return Appearance(
        **{
            name: value if (value := given.get(name, "")) in allowed else allowed[0]
            for name, allowed in CHOICES.items()
        }
    )


def look_in(cookies: str) -> Appearance:
    """Return the look that a Cookie header says; total on any text."""
    for value in cookie_values(cookies, COOKIE):
        parts = value.split(".")
        look = look_of(dict(zip(CHOICES, parts, strict=False)))
        # An older version wrote fewer words.
        if look.text.split(".")[: len(parts)] == parts:
            return look
    return Appearance()

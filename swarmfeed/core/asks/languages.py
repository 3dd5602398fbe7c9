"""Languages that can be chosen for a post, each by the name that its own people give it."""

from typing import Final

from swarmfeed.core.base.texts import Text

NOT_SAID: Final = Text("Not said")

LANGUAGES: Final = (
    ("ar", "العربية"),
    ("bn", "বাংলা"),
    ("cs", "Čeština"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("es", "Español"),
    ("fa", "فارسی"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hu", "Magyar"),
    ("id", "Bahasa Indonesia"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("sv", "Svenska"),
    ("sw", "Kiswahili"),
    ("th", "ไทย"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
)
"""Tag and name; with ``--lang`` any other tag can be given."""


def language_choices(chosen: str = "") -> list[tuple[str, str]]:
    """Return what can be chosen, with what is chosen though it is not in the list."""
    known = dict(LANGUAGES)
    more = {chosen: chosen} if chosen and chosen not in known else {}
    return [("", NOT_SAID()), *{**more, **known}.items()]

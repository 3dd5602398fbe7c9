"""Texts for people: places for values, numbers with their plural, ready for other languages.

The sentences themselves stand in tables: ``core/asks/sentences.py``, and one for each role.
"""

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def english_form(number: int) -> int:
    """Which of ``one|many`` a number takes in English."""
    return 0 if number == 1 else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How texts are said in one language."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """English text -> translation; what is missing is said in English."""
    form: Callable[[int], int] = english_form
    """Which plural form a number takes, from 0."""

    def say(self, english: str, **values: object) -> str:
        """Put values into a text.

        ``{n:1 node|# nodes}`` is the form that ``n`` takes, with the number in place of
        ``#``; any other place is formatted as ``str.format`` does.
        """
        text = self.texts.get(english, english)
        if "|" not in text:
            return text.format(**values)
        return _WithPlurals(self.form).vformat(text, (), values)


class _WithPlurals(string.Formatter):
    def __init__(self, form: Callable[[int], int]) -> None:
        self._form = form

    def format_field(self, value: object, format_spec: str) -> str:
        if "|" not in format_spec:
            return str(format(value, format_spec))
        assert isinstance(value, int), "only a number has a plural"
        forms = format_spec.split("|")
        form = forms[min(self._form(value), len(forms) - 1)]
        return form.replace("#", f"{value:,}")


ENGLISH = Language()


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a table; called with its values it is a sentence."""

    english: str

    def __call__(self, **values: object) -> str:
        return ENGLISH.say(self.english, **values)


def counted(number: int, one: str, many: str) -> str:
    """``1 post``, ``2 posts``, ``1,200 posts``."""
    return f"{number:,} {many if english_form(number) else one}"


def format_size(size_bytes: int, *, tenths_below: float) -> str:
    """``812 B``, ``1.2 MB``: in powers of a thousand, as disks are sold.

    Args:
        tenths_below: Up to which number a tenth is shown.
    """
    if size_bytes < 1000:
        return f"{size_bytes} B"
    # 999,950 bytes are already "1.0 MB", not "1000 kB".
    power = next((p for p in (1, 2, 3) if size_bytes < 999.5 * 1000**p), 4)
    size = size_bytes / 1000**power
    unit = ("kB", "MB", "GB", "TB")[power - 1]
    return f"{size:.1f} {unit}" if size < tenths_below else f"{size:.0f} {unit}"

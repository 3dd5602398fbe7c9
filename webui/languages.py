"""The languages of the page: which there are, whose turn it is, and how each says things.

A catalog (``catalogs/de.po``, in the format of GNU gettext) holds the translations; how
numbers, dates and plurals are written comes from Unicode's CLDR, by Babel.  The API, the
commands and the log speak English.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Final, TypeVar, cast

from babel import Locale
from babel.dates import format_skeleton
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from flask import g, has_request_context, request
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import asdict, replace
from swarmfeed.core.base.texts import ENGLISH, Language

from webui.look import SYSTEM, look_in
from webui.tongues import SOURCE, TONGUES, Tongue

T = TypeVar("T")

WRITTEN_KEPT_MAX: Final = 4_096
"""Numbers, days and minutes that are remembered as a language writes them: half a megabyte."""

CATALOGS: Final = Path(__file__).parent / "catalogs"


def tongue_now() -> Tongue:
    """Return the language of the request: as this browser chose, else as it asks for."""
    if not has_request_context():
        return TONGUES[SOURCE]
    tongue = g.get("tongue")  # a page of posts asks a hundred times
    if tongue is None:
        tongue = g.tongue = TONGUES[_chosen()]
    return cast(Tongue, tongue)


def _chosen() -> str:
    if request.path.startswith("/api/"):
        return SOURCE
    chosen = look_in(request.headers.get("Cookie", "")).language
    if chosen != SYSTEM:
        return chosen
    return request.accept_languages.best_match(TONGUES, SOURCE)


def language_now() -> Language:
    return language_of(tongue_now().code)


@cache
def language_of(code: str) -> Language:
    """Return how texts are said in a language; its catalog is read once."""
    if code == SOURCE:
        return ENGLISH
    forms = plural_forms(code)
    plural = Locale(code).plural_form
    return Language(
        texts=catalog_of(code),
        form=lambda number: forms.index(plural(number)),
        number=lambda number, spec: _number(code, number, spec),
    )


def plural_forms(code: str) -> tuple[str, ...]:
    """Return the names of a language's plural forms, as they stand in a text: one, other."""
    order = ("zero", "one", "two", "few", "many", "other")
    tags = Locale(code).plural_form.tags | {"other"}
    return tuple(name for name in order if name in tags)


def catalog_of(code: str, said_in: str = "") -> dict[str, str]:
    """Read a catalog: English text -> translation; what has none is left out.

    Args:
        said_in: Start of the path of a source; only texts of such ones are returned.
    """
    with (CATALOGS / f"{code}.po").open("rb") as file:
        found = read_po(file, locale=code)
    return {
        str(each.id): str(each.string)
        for each in found
        if each.id and each.string
        if any(path.startswith(said_in) for path, _ in each.locations)
    }


@cache
def script_texts(code: str) -> dict[str, str]:
    """Return the translations that the script needs; in English none."""
    return {} if code == SOURCE else catalog_of(code, "webui/static/")


@lru_cache(maxsize=WRITTEN_KEPT_MAX)
def _number(code: str, number: float, spec: str) -> str:
    """A number as a format asks for it: ``,`` or ``.1f`` or ``,.0f``."""
    digits = spec.partition(".")[2].rstrip("f%")
    behind = "." + "0" * int(digits) if int(digits or 0) else ""
    pattern = ("#,##0" if "," in spec else "0") + behind + ("%" if "%" in spec else "")
    return format_decimal(number, format=pattern, locale=code)


def why(error: BaseException) -> str:
    """Return what an error says, in the language of the request."""
    return str(spoken(error))


def spoken(value: T) -> T:
    """Return a value with its sentences in the language of the request, however deep."""
    language = language_now()
    return value if language is ENGLISH else cast(T, _spoken(language, value))


def spoken_in(code: str) -> Callable[[object], object]:
    """Return what puts values into one language: for who has many."""
    return partial(_spoken, language_of(code))


_NO_SENTENCE: Final = frozenset({str, Markup, int, bool, bytes, float, type(None)})
"""Most of what a page says is of one of these very types."""


def _spoken(language: Language, value: object) -> object:
    if type(value) in _NO_SENTENCE:
        return value
    if isinstance(value, str | BaseException):
        return language.render(value)
    if type(value) in (tuple, list):
        return type(value)(_spoken(language, each) for each in value)  # type: ignore
    if isinstance(value, dict):
        return {key: _spoken(language, each) for key, each in value.items()}
    if isinstance(value, Struct):
        return _spoken_fields(language, value)
    return value


def _spoken_fields(language: Language, value: Struct) -> Struct:
    changed = {}
    for name, before in asdict(value).items():
        after = _spoken(language, before)
        if after is not before:
            changed[name] = after
    return replace(value, **changed) if changed else value


def date_and_time(local: datetime) -> str:
    """Return a time of day: ``20 Nov 2026, 10:43``, ``20. Nov. 2026, 10:43``."""
    code = tongue_now().code
    if code == SOURCE:
        return f"{local.day} {local:%b %Y, %H:%M}"
    day = datetime(local.year, local.month, local.day, tzinfo=UTC)
    minute = datetime(1, 1, 1, local.hour, local.minute, tzinfo=UTC)
    both = _as_written(code, "Hm", minute), _as_written(code, "yMMMd", day)
    return str(Locale(code).datetime_formats["medium"]).format(*both)


@lru_cache(maxsize=WRITTEN_KEPT_MAX)
def _as_written(code: str, skeleton: str, local: datetime) -> str:
    """One part of a time; posts of a page share many of them."""
    return str(format_skeleton(skeleton, local, locale=code))

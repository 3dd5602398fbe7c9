"""Single values as JSON: texts, numbers, addresses, hashes, bytes."""

import base64
from collections.abc import Callable
from typing import Any, Final

from swarmfeed.core.asks.shape import Json, JsonShape, Whole
from swarmfeed.core.base.address import (
    ADDRESS_CHARS,
    format_address,
    format_author,
    parse_address,
    parse_author,
)
from swarmfeed.core.base.limits import HASH_BYTES
from swarmfeed.core.base.spelling import read_base64
from swarmfeed.core.base.types import AuthorId, FeedId, Hash, NodeId
from swarmfeed.errors import BadEncodingError, BadJsonError, UserError


def _checked(kind: type, described: str, name: str) -> JsonShape:
    def read(value: object, key: str) -> Any:
        # True is an int for isinstance, and for nobody else.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise shape.refuse(key)
        return value

    shape = JsonShape(
        write=lambda value: value,
        read=read,
        schema=lambda _: {"type": name},
        from_text=_FROM_TEXT.get(kind, lambda text: text),
        described=described,
    )
    return shape


def _number(text: str) -> object:
    # 18 digits fit the 64-bit integers of others.
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else text


_FROM_TEXT: Final[dict[type, Callable[[str], object]]] = {
    int: _number,
    bool: lambda text: {"true": True, "false": False}.get(text, text),
}


def whole(bounds: Whole) -> JsonShape:
    def read(value: object, key: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            raise shape.refuse(key)
        if not bounds.first <= value <= bounds.last:
            raise shape.refuse(key)
        return value

    limits = {"type": "integer", "minimum": bounds.first, "maximum": bounds.last}
    shape = JsonShape(
        write=lambda value: value,
        read=read,
        schema=lambda _: dict(limits),
        from_text=_number,
        described=bounds.described,
        complaint=(lambda _: bounds.sentence) if bounds.sentence else None,
    )
    return shape


def _float() -> JsonShape:
    def read(value: object, key: str) -> Any:
        # Some write 1 for 1.0; an int may be too long for a float.
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise shape.refuse(key)
        try:
            return float(value)
        except OverflowError as error:
            raise shape.refuse(key) from error

    shape = JsonShape(
        write=lambda value: value,
        read=read,
        schema=lambda _: {"type": "number"},
        described="a number",
    )
    return shape


def _parsed(
    write: Callable[[Any], str],
    parse: Callable[[str], Any],
    described: str,
    schema: Json,
) -> JsonShape:
    """A value with a text form; ``parse`` raises UserError."""

    def read(value: object, key: str) -> Any:
        if not isinstance(value, str):
            raise shape.refuse(key)
        try:
            return parse(value)
        except UserError as error:
            raise BadJsonError(key, str(error)) from error

    shape = JsonShape(
        write=write,
        read=read,
        schema=lambda _: {"type": "string", **schema},
        described=described,
    )
    return shape


def own_form(kind: Any) -> JsonShape:
    """A class that says itself how it looks: ``as_json``, ``from_json``, ``json_schema``."""

    def read(value: object, key: str) -> Any:
        try:
            return kind.from_json(value)
        except UserError as error:
            raise BadJsonError(key, str(error)) from error

    return JsonShape(
        write=lambda value: value.as_json(),
        read=read,
        schema=lambda _: kind.json_schema(),
        described=kind.described(),
    )


def _parse_hash(text: str) -> bytes:
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if len(digest) != HASH_BYTES or len(text) != 2 * HASH_BYTES:
        raise UserError("A hash has 64 characters, 0-9 and a-f.")
    return digest


def _parse_base64(text: str) -> bytes:
    try:
        return read_base64(text)
    except BadEncodingError as error:
        raise UserError("These bytes are not base64.") from error


_PATTERN: Final[Json] = {"pattern": f"^[a-z2-7]{{{ADDRESS_CHARS}}}$"}
_ADDRESS: Final = _parsed(format_address, parse_address, "an address", _PATTERN)

ATOMS: Final[dict[Any, JsonShape]] = {
    AuthorId: _parsed(format_author, parse_author, "an address", _PATTERN),
    FeedId: _ADDRESS,
    NodeId: _ADDRESS,
    Hash: _parsed(bytes.hex, _parse_hash, "a hash in hex", {"pattern": "^[0-9a-f]{64}$"}),
    bytes: _parsed(
        lambda value: base64.b64encode(value).decode("ascii"),
        _parse_base64,
        "bytes in base64",
        {"contentEncoding": "base64"},
    ),
    str: _checked(str, "a text", "string"),
    bool: _checked(bool, "true or false", "boolean"),
    int: _checked(int, "a number", "integer"),
    float: _float(),
}

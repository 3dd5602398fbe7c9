"""Looks into what a program of somebody else wrote: whatever is not as expected is nothing."""

import re
from collections.abc import Mapping
from typing import Any, Final

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]|[\ud800-\udfff]")
"""What no post may have: controls but those that end lines, and half characters."""

Record = Mapping[str, Any]


def text_at(record: object, *path: str) -> str:
    """The text under these keys; empty: there is none."""
    found = value_at(record, *path)
    return found if isinstance(found, str) else ""


def list_at(record: object, *path: str) -> list[object]:
    """The list under these keys; empty: there is none."""
    found = value_at(record, *path)
    return found if isinstance(found, list) else []


def value_at(record: object, *path: str) -> object:
    """What stands under these keys; None: nothing."""
    for key in path:
        if not isinstance(record, dict):
            return None
        record = record.get(key)
    return record


def visible(text: str) -> str:
    """A text without what nobody sees, and no post may have."""
    return _CONTROLS.sub("", text)

"""A list of supernodes as a value of an option: the file is read here."""

from pathlib import Path
from typing import Any

import click

from swarmfeed.core.asks.utf8 import read_utf8
from swarmfeed.core.supernode.limits import WAY_LIST_BYTES_MAX
from swarmfeed.core.supernode.waylist import WayList, read_list
from swarmfeed.errors import UserError


class WayListParam(click.ParamType[WayList]):
    """A file that lists supernodes, one a line."""

    name = "FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> WayList:
        if isinstance(value, WayList):
            return value
        try:
            with Path(value).open("rb") as file:
                raw = file.read(WAY_LIST_BYTES_MAX + 1)
            return read_list(read_utf8(raw, value))
        except OSError as error:
            self.fail(f"{value} cannot be read: {error.strerror}", param, ctx)
        except UserError as error:
            self.fail(f"{value}: {error}", param, ctx)

"""A list of supernodes as a text, which anybody may copy to anybody.

    # what follows a # is a remark
    192.0.2.7:4000                      where a node listens for links
    F0VTtFbd38aQjsqxwQH+a+Ihsrqg...     a record (FORMAT 16) in base64

One line says one way in.  A record says besides that a node signed that it is there; whoever
answers, proves who it is.
"""

from base64 import b64encode
from collections.abc import Iterable

from msgspec import Struct

from swarmfeed.core.base.address import parse_endpoint
from swarmfeed.core.base.spelling import read_base64
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.supernode.limits import WAY_LIST_BYTES_MAX, WAYS_IN_MAX
from swarmfeed.core.supernode.records import Record, encode_record, open_record
from swarmfeed.core.supernode.sentences import (
    BAD_LIST_LINE,
    LIST_HEADING,
    LIST_TOO_LONG,
    NO_WAYS_IN_LIST,
    TOO_MANY_WAYS,
)
from swarmfeed.errors import RemoteError, UserError


class WayList(Struct, frozen=True):
    """What a list says: where to ask, in its order, each once; WAYS_IN_MAX at most."""

    endpoints: tuple[Endpoint, ...] = ()


def write_list(records: Iterable[Record], endpoints: Iterable[Endpoint]) -> str:
    """Return the text of a list: supernodes by their records, others by their addresses."""
    signed = [
        f"{b64encode(encode_record(each)).decode()}  # {each.endpoint}" for each in records
    ]
    return "\n".join([f"# {LIST_HEADING()}", *map(str, endpoints), *signed]) + "\n"


def read_list(text: str) -> WayList:
    """Read a list.

    Raises:
        UserError: Which names the line that says nothing that can be read.
    """
    if len(text.encode("utf-8")) > WAY_LIST_BYTES_MAX:
        raise UserError(LIST_TOO_LONG(most=WAY_LIST_BYTES_MAX))
    found: dict[Endpoint, None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        said = line.partition("#")[0].strip()
        if said:
            found[_read_line(said, number)] = None
    if not found:
        raise UserError(NO_WAYS_IN_LIST())
    if len(found) > WAYS_IN_MAX:
        raise UserError(TOO_MANY_WAYS(found=len(found), most=WAYS_IN_MAX))
    return WayList(tuple(found))


def _read_line(said: str, number: int) -> Endpoint:
    try:
        if ":" in said:
            return parse_endpoint(said)
        return open_record(read_base64(said)).endpoint
    except (UserError, RemoteError, ValueError) as error:
        raise UserError(BAD_LIST_LINE(number=number, said=said[:40])) from error

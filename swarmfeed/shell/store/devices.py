"""What each feed says of the device that writes it: its name, which may change.

The place of an entry decides, not its time: the last ``feed`` entry of a feed counts.
"""

from collections.abc import Sequence
from typing import Final

from swarmfeed.core.base.blank import seen_name
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.kinds import FeedBody
from swarmfeed.ports import KnownDevice
from swarmfeed.shell.store.entries import Place, Said, Table
from swarmfeed.shell.store.sqlite import Connection

DeviceRow = tuple[int, int, str]
"""Feed, entry, name."""


def read_device(said: Said) -> DeviceRow:
    return (said.place.feed_no, said.index, seen_name(said.body.device))


def save_devices(db: Connection, _place: Place, rows: Sequence[DeviceRow]) -> int:
    db.executemany(
        "INSERT INTO device VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
        " SET entry_index = excluded.entry_index, name = excluded.name"
        " WHERE excluded.entry_index > entry_index",
        rows,
    )
    return 0


FIND: Final = """
    SELECT coalesce(device.name, ''),
        (SELECT count(*) FROM post WHERE post.feed = feed.no),
        (SELECT max(sort_ms) FROM post WHERE post.feed = feed.no)
    FROM feed LEFT JOIN device ON device.feed = feed.no WHERE feed_id = ?
"""


def device(db: Connection, feed_id: FeedId) -> KnownDevice:
    row = db.execute(FIND, (feed_id,)).fetchone()
    if row is None:
        return KnownDevice()
    name, posts, last_ms = row
    return KnownDevice(name=name, posts=posts, last_ms=last_ms)


DEVICES: Final = Table(name="device", bodies=(FeedBody,), read=read_device, save=save_devices)

"""What was learnt of other nodes: receipts, holders, peers.  Bounded; the oldest give way."""

import json
from collections.abc import Sequence
from typing import Final

from swarmfeed.core.base.limits import HOLDERS_MAX, PEERS_KEPT_MAX
from swarmfeed.core.base.types import Endpoint, FeedId, NodeId
from swarmfeed.ports import KnownHolder
from swarmfeed.shell.store.sqlite import Connection


def save_receipt(
    db: Connection, feed_id: FeedId, node_id: NodeId, size: int, time_s: int
) -> None:
    db.execute(
        "INSERT INTO receipt VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET size = excluded.size, time_s = excluded.time_s"
        # A node whose clock ran ahead is not held to what it said then.
        " WHERE excluded.time_s > time_s OR excluded.size > size",
        (feed_id, node_id, size, time_s),
    )
    db.execute(
        "DELETE FROM receipt WHERE feed_id = ? AND node_id IN (SELECT node_id FROM receipt"
        " WHERE feed_id = ? ORDER BY time_s DESC, node_id LIMIT -1 OFFSET ?)",
        (feed_id, feed_id, HOLDERS_MAX),
    )


RECEIPTS_OF: Final = """
    SELECT wanted.key, node_id, size FROM json_each(?) AS wanted
    CROSS JOIN receipt ON receipt.feed_id = unhex(wanted.value)
"""


def receipts_by_feed(
    db: Connection, feed_ids: Sequence[FeedId]
) -> dict[FeedId, dict[NodeId, int]]:
    wanted = json.dumps([each.hex() for each in feed_ids])
    found: dict[FeedId, dict[NodeId, int]] = {each: {} for each in feed_ids}
    for number, node_id, size in db.execute(RECEIPTS_OF, (wanted,)):
        found[feed_ids[number]][node_id] = size
    return found


def save_holder(db: Connection, feed_id: FeedId, holder: KnownHolder) -> None:
    db.execute(
        "INSERT OR REPLACE INTO holder VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            feed_id,
            holder.node_id,
            holder.link.host,
            holder.link.port,
            holder.swarm.host,
            holder.swarm.port,
            holder.size,
            holder.complete,
            holder.seen_at_ms,
        ),
    )
    db.execute(
        "DELETE FROM holder WHERE feed_id = ? AND node_id IN (SELECT node_id FROM holder"
        " WHERE feed_id = ? ORDER BY seen_at_ms DESC, node_id LIMIT -1 OFFSET ?)",
        (feed_id, feed_id, HOLDERS_MAX),
    )


HOLDERS_OF: Final = """
    SELECT wanted.key, holder.node_id, link_host, link_port, swarm_host, swarm_port, size,
        complete, seen_at_ms
    FROM json_each(?) AS wanted CROSS JOIN holder ON holder.feed_id = unhex(wanted.value)
    ORDER BY wanted.key, seen_at_ms DESC, node_id
"""


def holders_by_feed(
    db: Connection, feed_ids: Sequence[FeedId]
) -> dict[FeedId, list[KnownHolder]]:
    wanted = json.dumps([each.hex() for each in feed_ids])
    found: dict[FeedId, list[KnownHolder]] = {each: [] for each in feed_ids}
    for (
        number,
        node_id,
        link_host,
        link_port,
        swarm_host,
        swarm_port,
        size,
        complete,
        seen_at_ms,
    ) in db.execute(HOLDERS_OF, (wanted,)):
        holder = KnownHolder(
            node_id=node_id,
            link=Endpoint(link_host, link_port),
            swarm=Endpoint(swarm_host, swarm_port),
            size=size,
            complete=bool(complete),
            seen_at_ms=seen_at_ms,
        )
        found[feed_ids[number]].append(holder)
    return found


DOORS_OF: Final = """
    SELECT link_host, link_port, max(seen_at_ms) AS newest
    FROM json_each(?) AS wanted CROSS JOIN holder ON holder.feed_id = unhex(wanted.value)
    GROUP BY link_host, link_port ORDER BY newest DESC, link_host, link_port
"""


def doors_of(db: Connection, feed_ids: Sequence[FeedId]) -> list[tuple[Endpoint, bool]]:
    wanted = json.dumps([each.hex() for each in feed_ids])
    rows = db.execute(DOORS_OF, (wanted,))
    return [(Endpoint(host, port), newest > 0) for host, port, newest in rows]


def save_peer(db: Connection, endpoint: Endpoint, seen_at_ms: int) -> None:
    db.execute(
        "INSERT INTO peer VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
        " SET seen_at_ms = max(seen_at_ms, excluded.seen_at_ms)",
        (endpoint.host, endpoint.port, seen_at_ms),
    )
    db.execute(
        "DELETE FROM peer WHERE (host, port) IN (SELECT host, port FROM peer"
        " ORDER BY seen_at_ms DESC, host, port LIMIT -1 OFFSET ?)",
        (PEERS_KEPT_MAX,),
    )


def forget_peer(db: Connection, endpoint: Endpoint) -> None:
    db.execute("DELETE FROM peer WHERE (host, port) = (?, ?)", (endpoint.host, endpoint.port))


def peers(db: Connection, limit: int) -> list[Endpoint]:
    rows = db.execute(
        "SELECT host, port FROM peer ORDER BY seen_at_ms DESC, host, port LIMIT ?",
        (max(0, min(limit, PEERS_KEPT_MAX)),),
    )
    return [Endpoint(host, port) for host, port in rows]

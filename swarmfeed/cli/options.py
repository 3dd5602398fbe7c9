"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from swarmfeed.cli.params import PORT, CursorParam, EndpointParam, SizeParam
from swarmfeed.core.base.limits import PAGE_POSTS, PAGE_POSTS_MAX
from swarmfeed.core.base.types import Endpoint
from swarmfeed.node.ground.settings import DISK_BUDGET_BYTES, NodeSettings

Command = Callable[..., Any]

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON value, and nothing else."
)


def page_options(command: Command) -> Command:
    """``--limit`` and ``--before``, as every list of posts has them."""
    limit = click.option(
        "--limit",
        type=click.IntRange(1, PAGE_POSTS_MAX),
        default=PAGE_POSTS,
        show_default=True,
        help="How many posts at most.",
    )
    before = click.option(
        "--before", type=CursorParam(), help="Go on behind the post with this cursor."
    )
    return limit(before(command))


_NETWORK_OPTIONS = (
    click.option(
        "--listen",
        metavar="ADDR",
        default=NodeSettings().listen,
        show_default=True,
        help="Address on which other nodes reach this one.",
    ),
    click.option(
        "--link-port",
        type=PORT,
        default=0,
        help="TCP port of the peer link; 0: last time's, or any.",
    ),
    click.option(
        "--swarm-port", type=PORT, default=0, help="TCP and UDP port of the swarm; 0: any."
    ),
    click.option(
        "--peer",
        "peers",
        type=EndpointParam(),
        multiple=True,
        help="Peer link of a node to ask first; may be given several times.",
    ),
    click.option("--dht/--no-dht", default=True, help="Join the public DHT to find people."),
    click.option(
        "--dht-node",
        "dht_nodes",
        type=EndpointParam(),
        multiple=True,
        help="Node to enter the DHT by; may be given several times.",
    ),
    click.option("--lan/--no-lan", default=False, help="Tell the local network you are here."),
    click.option(
        "--disk",
        type=SizeParam(),
        default=DISK_BUDGET_BYTES,
        help="Disk for what other people wrote; 10 GB if left out.",
    ),
    click.option(
        "--download-limit",
        type=SizeParam(),
        default=0,
        help="Bytes the swarm takes in a second, such as 500K; 0: no limit.",
    ),
    click.option(
        "--upload-limit",
        type=SizeParam(),
        default=0,
        help="Bytes the swarm sends in a second; 0: no limit.",
    ),
    click.option(
        "--history-speed",
        type=click.FloatRange(1, 100_000),
        default=1.0,
        hidden=True,
        help="How many times as fast the policy of history servers runs.",
    ),
)


def network_options(command: Command) -> Command:
    """Everything a node that goes online may be told; collected by ``network_settings``."""
    for option in reversed(_NETWORK_OPTIONS):
        command = option(command)
    return command


def network_settings(
    *,
    listen: str,
    link_port: int,
    swarm_port: int,
    peers: tuple[Endpoint, ...],
    dht: bool,
    dht_nodes: tuple[Endpoint, ...],
    lan: bool,
    disk: int,
    download_limit: int,
    upload_limit: int,
    history_speed: float = 1.0,
    page_port: int = 0,
) -> NodeSettings:
    """Put the values of ``network_options`` together."""
    return NodeSettings(
        listen=listen,
        link_port=link_port,
        swarm_port=swarm_port,
        page_port=page_port,
        peers=peers,
        dht=dht,
        dht_nodes=dht_nodes,
        lan=lan,
        disk_budget_bytes=disk,
        down_bytes_per_s=download_limit,
        up_bytes_per_s=upload_limit,
        history_speed=history_speed,
    )


passphrase_file_option = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="SWARMFEED_PASSPHRASE_FILE",
    help="File whose first line is the passphrase of the keys.",
)

"""``swarmfeed rising``: what unusually many people in the network write of since yesterday."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.network import print_rising
from swarmfeed.cli.options import json_option


@click.command()
@json_option
@pass_context
def rising(context: Context, as_json: bool) -> None:
    """Print tags of which unusually many people write since yesterday.

    Supernodes are asked, and show posts of three different people for each; what most of them
    say is printed.
    """
    print_rising(context, as_json=as_json)

"""``python -m swarmfeed``: the same as ``swarmfeed``."""

from swarmfeed.cli.main import program

program()

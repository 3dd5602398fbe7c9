"""``python -m swarmfeed.cli``: the same as ``swarmfeed``."""

from swarmfeed.cli.main import program

program()

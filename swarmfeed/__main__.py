"""``python -m swarmfeed``: the same as ``swarmfeed``."""

from swarmfeed.cli.main import main

main(prog_name="swarmfeed")

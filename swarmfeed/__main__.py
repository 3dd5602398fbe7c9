"""The program: ``swarmfeed``, or ``python -m swarmfeed``.

Nothing heavy is imported before Ctrl-C is taken care of: loading the rest takes long enough to
press it.
"""

import sys
from io import TextIOWrapper

try:
    from swarmfeed.cli import leaving
except KeyboardInterrupt:  # too early for more than to go
    sys.exit(130)


def program() -> None:
    """Run the command line of this process's arguments; does not return."""
    leaving.leave_at_once()
    from swarmfeed.cli.main import main
    from swarmfeed.shell.privacy import keep_private

    if isinstance(sys.stdout, TextIOWrapper):
        # A post may hold what the encoding of a terminal has no character for.
        sys.stdout.reconfigure(errors="replace")
    # What it learns and writes is for this user alone, from the first moment.
    keep_private()
    main(prog_name="swarmfeed")


if __name__ == "__main__":
    program()

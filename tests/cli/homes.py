"""A home with nothing but keys: enough for commands that only look at those."""

from pathlib import Path
from typing import Final

from msgspec.structs import replace
from street.authors import blank_keys
from swarmfeed.node.ground.home import key_path
from swarmfeed.shell.disk.keyfile import create_keys

KEYS: Final = replace(
    blank_keys(), feed_seed=bytes(range(32, 64)), node_seed=bytes(range(64, 96))
)


def make_home(home: Path, passphrase: str) -> None:
    """Make the folder, and the keys in it."""
    home.mkdir(parents=True, exist_ok=True)
    create_keys(key_path(home), KEYS, passphrase)

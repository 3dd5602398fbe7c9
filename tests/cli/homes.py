"""A home with nothing but keys: enough for commands that only look at those."""

from pathlib import Path
from typing import Final

from swarmfeed.node.ground.home import key_path
from swarmfeed.shell.disk.keyfile import Keys, create_keys

KEYS: Final = Keys(
    author_seed=bytes(range(32)),
    feed_seed=bytes(range(32, 64)),
    node_seed=bytes(range(64, 96)),
    created_at_ms=1_700_000_000_000,
)


def make_home(home: Path, passphrase: str) -> None:
    """Make the folder, and the keys in it."""
    home.mkdir(parents=True, exist_ok=True)
    create_keys(key_path(home), KEYS, passphrase)

"""Where a person's keys and posts lie, and whether they are there."""

from pathlib import Path

import platformdirs

from swarmfeed.node.ground.settings import key_path


def default_home() -> Path:
    """The folder this system sets aside for a program's own data of this person."""
    return Path(platformdirs.user_data_dir("swarmfeed"))


def has_keys(home: Path) -> bool:
    """Whether ``swarmfeed init`` was run on this folder."""
    return key_path(home).is_file()

"""What faces say of circles: who may read what an author protects."""

from typing import Final

from swarmfeed.core.base.texts import Text

TOO_LONG_TO_PROTECT: Final = Text(
    "With all that belongs to it, the post takes {bytes:1 byte|# bytes}; if only some may read"
    " it, it has to fit into {most:1 byte|# bytes}."
)

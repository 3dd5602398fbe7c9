"""How much a node keeps of letters of others, as told at its start."""

from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.mailboxes.limits import (
    MAILBOX_DISK_BYTES,
    SERVER_MAILBOX_DISK_BYTES,
)
from swarmfeed.node.ground.settings import Setting, Size

AS_IT_IS: Final = -1
"""Nothing was said: a history server gives more than others."""


class MailboxSettings(Struct, frozen=True, kw_only=True):
    """Choices of one start."""

    disk_bytes: Annotated[
        Size,
        Setting(
            "--mailbox-disk",
            "Disk for letters that wait for those you follow, with --history also for those"
            " whose history is held; nobody but them can read any. 128 MB if left out, with"
            " --history 2 GB; 0: none.",
            stays=True,
            restart=False,
        ),
    ] = AS_IT_IS

    def given_bytes(self, *, is_server: bool) -> int:
        """Return what is given for boxes."""
        if self.disk_bytes != AS_IT_IS:
            return self.disk_bytes
        return SERVER_MAILBOX_DISK_BYTES if is_server else MAILBOX_DISK_BYTES

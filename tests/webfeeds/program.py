"""swarmfeed that takes one place on loopback for the public web.

``python -m tests.webfeeds.program`` is the whole program, but that its reader of the web looks
``blog.example`` up at the address that ``BLOG_AT`` says, and may dial it.  The program has
no such switch: the reader gets its judge as an argument, and here alone another one.
"""

import os
from functools import partial

from swarmfeed import online
from swarmfeed.cli.main import main
from swarmfeed.core.net.reach import is_public
from swarmfeed.shell.wire.webreader import PublicWebReader

AT = os.environ["BLOG_AT"]
NAMES = {"blog.example": [AT], "inside.example": ["127.0.0.1"]}


def may_dial(address: str) -> bool:
    return address == AT or is_public(address)


if __name__ == "__main__":
    online.PublicWebReader = partial(  # type: ignore[misc, assignment]
        PublicWebReader, may_dial=may_dial, look_up=lambda host, _: NAMES[host]
    )
    main()

"""What people are told about the program in their menu, and about its start by itself."""

from typing import Final

from swarmfeed.core.base.texts import Text

AUTOSTART_ON: Final = Text("swarmfeed starts by itself when you log in. What does that: {file}")
AUTOSTART_OFF: Final = Text(
    "swarmfeed does not start by itself. Let it, with: swarmfeed autostart on"
)
STARTED: Final = Text("It runs now, too. Its page: swarmfeed open")
AUTOSTART_OTHER: Final = Text(
    "What starts by itself is another home, or was installed elsewhere: {file}. Put it right"
    " with: swarmfeed autostart on"
)
LINGER: Final = Text(
    "It ends when you log out. To keep it running then, and from the start of the machine on:"
    " loginctl enable-linger"
)
NOT_TOLD: Final = Text(
    "The file is written, but the system could not be told: {reason}. It takes effect at your"
    " next login."
)
NO_SUCH_SYSTEM: Final = Text(
    "this is for Linux and macOS; elsewhere start it with: swarmfeed run"
)
NO_MENU: Final = Text("a menu entry is made on Linux only; start it with: swarmfeed run")
LINE_IN_PATH: Final = Text(
    "the path {path} has a line break in it, and cannot be started from a menu"
)
DESKTOP_ON: Final = Text(
    "swarmfeed is in your menu: a click starts it, and opens its page. {file}"
)
DESKTOP_OFF: Final = Text(
    "swarmfeed is not in your menu. Put it there with: swarmfeed desktop on"
)

"""What people are told about their private state: mutes, what they read, drafts."""

from typing import Final

from swarmfeed.core.base.texts import Text

NO_MLKEM: Final = Text(
    "This build of the library cryptography cannot do ML-KEM-768, so nothing private is kept"
    " in the log or sent between your devices. Everything else works. Install cryptography 47"
    " or newer from PyPI to change that."
)

"""What is the same in every fake world: its hour, its people and what they wrote."""

from hashlib import sha256
from typing import Final

NOON_MS: Final = 1_795_176_000_000
"""20 November 2026, 12:00 UTC: when the samples are looked at."""

SAMPLES: Final = (
    ("Mira Lindqvist", 5, "Moved the whole archive over last night. 61,719 posts, one root."),
    ("Tomás Ferreira", 9, "client_test works on Linux again. #libtorrent"),
    (
        "Mira Lindqvist",
        40,
        "Notes on tiles and why 256 is a good width: https://c2sp.org/tlog-tiles",
    ),
    ("山田 葵", 75, "検証できる履歴は、消えない記憶になる。"),
    ("Tomás Ferreira", 130, "merged logging fix from RC_0_16 #libtorrent"),
    ("Ines Okafor", 260, "Two nodes, one café, no internet. Posts still arrive."),
    (
        "Ines Okafor",
        900,
        "fix issue with UDP socket closing before trackers are told #libtorrent",
    ),
)
"""Name, minutes before NOON_MS, text."""


def key(name: str) -> bytes:
    """Return a made-up public key, always the same for a name."""
    return sha256(b"fake " + name.encode()).digest()

"""Boxes, and the key of a sheet's words."""

from collections.abc import Iterator
from typing import Any

from _reference_boxes import draft_vector, hkdf_32, public_of, seal_to_draft_seed

Case = tuple[str, dict[str, Any]]


def box_cases() -> Iterator[Case]:
    seed, info = draft_vector()["seed"], b"of a test"
    box = seal_to_draft_seed(b"hidden", info)
    case = {
        "seed": seed.hex(),
        "public": public_of(seed).hex(),
        "info": info.hex(),
        "plain": b"hidden".hex(),
        "box": box.hex(),
    }
    yield "box/valid", case
    wrong = {
        "changed-mlkem-text": {"box": (bytes([box[0] ^ 1]) + box[1:]).hex()},
        "changed-x25519-text": {
            "box": (box[:1_088] + bytes([box[1_088] ^ 1]) + box[1_089:]).hex()
        },
        "changed-tag": {"box": (box[:-1] + bytes([box[-1] ^ 1])).hex()},
        "cut-short": {"box": box[:-1].hex()},
        "other-info": {"info": b"of another".hex()},
    }
    for name, change in wrong.items():
        yield f"box/bad-{name}", {**case, **change, "error": "does not open"}
    author_seed = bytes(range(32))
    recovery = hkdf_32(author_seed, b"swarmfeed recovery 1")
    yield (
        "recovery/sheet",
        {
            "author_seed": author_seed.hex(),
            "seed": recovery.hex(),
            "public": public_of(recovery).hex(),
        },
    )

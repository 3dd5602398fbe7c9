"""What a person typed, made fit for a post."""

from unicodedata import category, normalize

from swarmfeed.core.base.limits import TEXT_BYTES_MAX
from swarmfeed.errors import UserError


def clean_text(text: str) -> str:
    """Return the text as it is published.

    Line ends become line feeds, other control characters and lone surrogates go, white space
    at the end goes, and the rest is brought to NFC, so that equal texts have equal bytes.

    Raises:
        UserError: Nothing is left, or more than TEXT_BYTES_MAX bytes of UTF-8 are.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(character for character in lines if _is_writable(character))
    cleaned = normalize("NFC", kept).rstrip()
    if not cleaned:
        raise UserError("The post is empty.")
    size_bytes = len(cleaned.encode("utf-8"))
    if size_bytes > TEXT_BYTES_MAX:
        raise UserError(
            f"The post is {size_bytes:,} bytes long ({len(cleaned):,} characters);"
            f" at most {TEXT_BYTES_MAX:,} bytes fit."
        )
    return cleaned


def _is_writable(character: str) -> bool:
    return character in "\n\t" or category(character) not in ("Cc", "Cs")

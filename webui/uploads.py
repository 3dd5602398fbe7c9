"""Files that come with a form, in memory alone."""

from io import BytesIO
from typing import IO

from flask import Request


class InMemory(Request):
    """A request whose files lie in no temporary folder: a photograph tells where it was."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()

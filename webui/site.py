"""What the page is as an app of Flask: its addresses, and in which language it answers."""

from functools import lru_cache
from typing import Any, Final

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from swarmfeed.core.base.address import (
    ADDRESS_CHARS,
    format_address,
    format_author,
    parse_address,
    parse_author,
)
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.errors import UserError
from werkzeug.routing import BaseConverter, ValidationError

from webui import faces
from webui.languages import spoken
from webui.templating import Templates
from webui.uploads import InMemory

PATHS_KEPT_MAX: Final = 2_048
"""Paths that are remembered, of some ten pages of posts: a megabyte or two."""


class AddressConverter(BaseConverter):
    """A feed in a path: the address outside, the key inside; else a 404."""

    regex = f"[a-z2-7]{{{ADDRESS_CHARS}}}"

    def to_python(self, value: str) -> bytes:
        try:
            return parse_address(value)
        except UserError as error:
            raise ValidationError(str(error)) from error

    def to_url(self, value: FeedId) -> str:
        return format_address(value)


class AuthorConverter(BaseConverter):
    """An author in a path, in the same way."""

    regex = AddressConverter.regex

    def to_python(self, value: str) -> bytes:
        try:
            return parse_author(value)
        except UserError as error:
            raise ValidationError(str(error)) from error

    def to_url(self, value: AuthorId) -> str:
        return format_author(value)


class SpokenJson(DefaultJSONProvider):
    """What the script is answered, in the language of each request."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return super().dumps(spoken(obj), **kwargs)


class Site(Flask):
    """Flask, with templates and answers in the language of each request."""

    jinja_environment = Templates
    json_provider_class = SpokenJson
    request_class = InMemory

    def __init__(self, name: str) -> None:
        self.path_to = lru_cache(maxsize=PATHS_KEPT_MAX, typed=True)(super().url_for)
        """Paths, as they were found before."""
        super().__init__(name)
        self.url_map.converters |= {"address": AddressConverter, "author": AuthorConverter}

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Where something is on this site; values can be hashed.

        The site stands at the root of its host, so a path depends on nothing but what is
        given.  A page of fifty posts names some three hundred, most of them again and again.
        """
        if values.get("_external") or values.get("_scheme"):
            return super().url_for(endpoint, **values)  # it names the host of the request
        return self.path_to(endpoint, **values)

    def update_template_context(self, context: dict[str, Any]) -> None:
        super().update_template_context(context)
        context.update(spoken(context))
        faces.expect(context)

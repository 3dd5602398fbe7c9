"""What the requests are made up from: public descriptions of an API, fitted to one node.

The description of Mastodon's API is no part of the project (docs/CONTRIBUTING.md, Tests).
"""

import gzip
import json
import os
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

from webui.mastodon.resources import CALLS

from ordeals.strangers.besieged import CHECKOUT

Json = dict[str, Any]

NAME: Final = "mastodon-openapi.json.gz"
METHODS: Final = ("get", "post", "put", "patch", "delete")

NOT_ASKED: Final = frozenset({"/oauth/revoke"})
"""Where a made-up request could only tell a token it does not have."""

LEFT_OUT: Final = frozenset(
    {"lock", "unlock", "login-link", "stop-node", "delete-home", "follow-web-feed"}
)
"""Asks that lock or end the node for all that follows, or have it ask somewhere else."""

PLACE: Final = "path"
"""What an ask calls a place on this machine where it writes or reads; none such is asked."""

Known = Mapping[str, Sequence[str]]
"""Things that are there, by the name of what takes them, or by where their ids stand."""


def data_folder() -> Path:
    """Where data lies that is no part of the project."""
    return Path(os.environ.get("SWARMFEED_TEST_DATA", CHECKOUT.parent / "shared" / "data"))


def read_mastodon() -> Json | None:
    """The public description of Mastodon's API; None when it is not here."""
    path = data_folder() / NAME
    if not path.is_file():
        return None
    found: Json = json.loads(gzip.decompress(path.read_bytes()))
    return found


def without_contradictions(described: Json) -> Json:
    """Return the description of Mastodon's API as it can be kept.

    Whatever is one kind of quote is also the other.
    """
    mended = deepcopy(described)
    quote = mended["components"]["schemas"]["Status"]["properties"]["quote"]
    quote["anyOf"] = quote.pop("oneOf")
    return mended


def with_differences(described: Json) -> Json:
    """Return the description with what differs here, as docs/MASTODON.md lists it."""
    changed = deepcopy(described)
    schemas = changed["components"]["schemas"]
    # There is nobody to write to, and no public host with the source: both are empty texts.
    for schema, *place in (
        ("V1Instance", "email"),
        ("Instance", "source_url"),
        ("Instance", "contact", "email"),
    ):
        found = schemas[schema]
        for name in place:
            found = found["properties"][name]
        found.pop("format", None)
    # It is a list, as with Mastodon itself.
    filters = changed["paths"]["/api/v1/filters"]["get"]["responses"]["200"]["content"]
    one = filters["application/json"]["schema"]
    filters["application/json"]["schema"] = {"type": "array", "items": one}
    return changed


def fit_mastodon(described: Json, known: Known) -> Json:
    """Keep what a node answers, and name in it what is there."""
    fitted = with_differences(without_contradictions(described))
    spoken = {(each.method.lower(), bare(each.rule)) for each in CALLS}
    paths = {}
    for path, operations in fitted["paths"].items():
        kept = {
            method: each
            for method, each in operations.items()
            if method not in METHODS or (method, bare(path)) in spoken
        }
        if path not in NOT_ASKED and any(method in METHODS for method in kept):
            paths[path] = kept
    return _fitted(fitted, paths, known)


def fit_own(described: Json, known: Known) -> Json:
    """The same of the node's own document."""
    fitted = deepcopy(described)
    paths = {
        path: each
        for path, each in fitted["paths"].items()
        if path.rpartition("/")[2] not in LEFT_OUT and not _names_place(each)
    }
    return _fitted(fitted, paths, known)


def _names_place(operations: Json) -> bool:
    """Whether a request says where on this machine something is."""
    for each in operations.values():
        body = each.get("requestBody", {}).get("content", {}).get("application/json", {})
        names = {one["name"] for one in each.get("parameters", ())}
        if PLACE in names | body.get("schema", {}).get("properties", {}).keys():
            return True
    return False


def bare(path: str) -> str:
    """A path without the names of what stands in it, however they are written."""
    return re.sub(r"<[^>]*>|\{[^}]*\}|:\w+", "{}", path)


def _fitted(fitted: Json, paths: Json, known: Known) -> Json:
    # Who asks has a token all the while, and knows where.
    for gone in ("servers", "security"):
        fitted.pop(gone, None)
    fitted["paths"] = paths
    for path, operations in paths.items():
        at = re.findall(r"/(\w+)/\{", path)
        here = {**known, "id": known.get(at[-1] if at else "", known.get("id", ()))}
        for operation in (operations, *operations.values()):
            if isinstance(operation, dict):
                operation.pop("security", None)
                _name_known(operation.get("parameters", []), here)
                _name_known(operation.get("requestBody", {}), here)
    for name, schema in fitted["components"]["schemas"].items():
        if name.endswith("Status") and name != "Status":
            _name_known(schema, known)
    return fitted


def _name_known(place: Any, known: Known) -> None:
    """Wherever something is asked for of which some are there, have those made up too."""
    if isinstance(place, list):
        for each in place:
            _name_known(each, known)
    if not isinstance(place, dict):
        return
    if "in" in place and "schema" in place:
        place["schema"] = _or_known(place["schema"], known.get(place["name"], ()))
    for name, schema in place.get("properties", {}).items():
        place["properties"][name] = _or_known(schema, known.get(name, ()))
    for each in place.values():
        _name_known(each, known)


def _or_known(schema: Json, there: Sequence[str]) -> Json:
    if not there:
        return schema
    if schema.get("type") == "array":
        return {**schema, "items": _or_known(schema.get("items", {}), there)}
    return {"anyOf": [{"type": "string", "enum": list(there)}, schema]}

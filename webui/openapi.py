"""The OpenAPI 3.1 document of the JSON API, made from the declarations of its asks.

Descriptions are docstrings: of an ask, of a view, and of each field.

Source: OpenAPI Specification 3.1.1; JSON Schema 2020-12.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from swarmfeed.core.asks.ask import Ask, answer_type
from swarmfeed.core.asks.codec import Field, fields_of, object_schema, shape_of
from swarmfeed.core.asks.shape import Definitions, Json, described

REFUSALS: Final = {
    400: "What was asked does not make sense here; the sentence says why.",
    401: "The bearer key of this run is missing or wrong.",
    413: "The request is too long.",
    503: "Not now; try again in a moment.",
}

ERROR: Final[Json] = {
    "type": "object",
    "properties": {"error": {"type": "string", "description": "A sentence for a person."}},
    "required": ["error"],
}

ABOUT: Final = (
    "What the page and the commands ask of a node on the same machine. Authors, feeds and nodes"
    " are addresses of 56 characters, hashes are hex, times are Unix milliseconds, sizes are"
    " bytes, shares and chances are numbers from 0 to 1. Keys keep their meaning; new ones may"
    " join."
)


def describe_api(asks: Mapping[str, type[Ask[Any]]], url: str, prefix: str) -> Json:
    """Return the document for everything in ``asks``, served at ``url`` under ``prefix``."""
    definitions = Definitions(describe=docs_of, found={"Error": ERROR})
    paths = {
        prefix + name: {"post" if kind.changes else "get": _operation(kind, definitions)}
        for name, kind in sorted(asks.items())
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "swarmfeed", "version": "1", "description": ABOUT},
        "servers": [{"url": url}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(definitions.found.items())),
            "responses": {str(code): _refusal(said) for code, said in REFUSALS.items()},
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`key` in `run/page.json` of the node's home.",
                }
            },
        },
    }


def docs_of(kind: Any) -> Mapping[str, str]:
    """Return the docstrings of a class's fields, its own under ``""``; as far as there are."""
    return _docs_of(kind)


@cache
def _docs_of(kind: Any) -> Mapping[str, str]:
    # Reading sources takes a hundredth of a second each.
    docs = {"": inspect.cleandoc(kind.__doc__ or "")}
    try:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    except OSError:
        return docs  # installed without sources
    assert isinstance(tree, ast.ClassDef), "it is the source of a class"
    return docs | dict(_field_docs(tree))


def _field_docs(tree: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """A field's docstring is the string that follows it."""
    for before, after in zip(tree.body, tree.body[1:], strict=False):
        match before, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(said))),
            ):
                yield name, inspect.cleandoc(said)


def _operation(kind: type[Ask[Any]], definitions: Definitions) -> Json:
    about = docs_of(kind)[""]
    operation: Json = {
        "operationId": kind.name,
        "summary": about.split("\n\n")[0],
        "tags": [kind.__module__.rpartition(".")[2]],
        "responses": _responses(kind, definitions),
    }
    if not kind.changes:
        operation["parameters"] = [
            _parameter(kind, field, definitions) for field in fields_of(kind)
        ]
    elif fields_of(kind):
        schema = object_schema(kind, definitions, is_question=True)
        operation["requestBody"] = {"required": True, "content": _json(schema)}
    return operation


def _parameter(kind: type, field: Field, definitions: Definitions) -> Json:
    schema = field.shape.schema(definitions)
    # A parameter that is None is left out.
    schema = schema["anyOf"][0] if "anyOf" in schema else schema
    if not field.required and field.default is not None:
        schema = {**schema, "default": field.shape.write(field.default)}
    parameter: Json = {
        "name": field.key,
        "in": "query",
        "required": field.required,
        "schema": schema,
    }
    return described(parameter, docs_of(kind), field.name)


def _responses(kind: type[Ask[Any]], definitions: Definitions) -> Json:
    answered = answer_type(kind)
    good = {
        "description": docs_of(answered)[""].split("\n\n")[0],
        "content": _json(shape_of(answered).schema(definitions)),
    }
    codes = [code for code in REFUSALS if kind.changes or code != 413]
    refused = {str(code): {"$ref": f"#/components/responses/{code}"} for code in codes}
    return {"201" if kind.makes else "200": good, **refused}


def _refusal(said: str) -> Json:
    return {"description": said, "content": _json({"$ref": "#/components/schemas/Error"})}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}

"""Answers held against the public description of the Mastodon client API."""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from ordeals.api.description import without_contradictions
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.web.mastodon.conftest import Api, read_schema

ROOT = "urn:mastodon"


@cache
def _registry() -> Any:
    described = without_contradictions(read_schema())
    found = Resource.from_contents(described, default_specification=DRAFT202012)
    return Registry().with_resource(ROOT, found)


def complaints(name: str, value: Any) -> list[str]:
    """What the description finds wrong with an entity."""
    schema = {"$ref": f"{ROOT}#/components/schemas/{name}"}
    validator = Draft202012Validator(schema, registry=_registry())
    return [
        f"{error.json_path}: {error.message[:160]}" for error in validator.iter_errors(value)
    ]


def check(name: str, value: Any) -> None:
    """Fail unless a value, or each of a list with some in it, is what the description says."""
    assert value != [], f"no {name} to be held against anything"
    for each in value if isinstance(value, list) else [value]:
        found = complaints(name, each)
        assert found == [], found


def check_wishes(api: Api, at: str, kind: str, *wishes: tuple[str, str, bool]) -> None:
    """Have things done with a post or a person: each shows it as it is then, as ``kind``."""
    told = [api.post(f"{at}/{wish}") for wish, _, _ in wishes]
    for (wish, key, value), answer in zip(wishes, told, strict=True):
        assert answer[key] is value, wish
    check(kind, told)


def check_answer(method: str, path: str, status: int, value: Any) -> None:
    """Fail unless an answer is what the description says of a path."""
    answers = read_schema()["paths"][path][method.lower()]["responses"]
    assert str(status) in answers, f"{method} {path} never answers {status}"
    place = f"paths/{path.replace('~', '~0').replace('/', '~1')}/{method.lower()}"
    inner = f"responses/{status}/content/application~1json/schema"
    if "content" not in answers[str(status)]:
        return
    schema = {"$ref": f"{ROOT}#/{place}/{inner}".replace("{", "%7B").replace("}", "%7D")}
    validator = Draft202012Validator(schema, registry=_registry())
    found = [f"{each.json_path}: {each.message[:160]}" for each in validator.iter_errors(value)]
    assert found == [], f"{method} {path}: {found}"

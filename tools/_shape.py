"""Bounds on the shape of the code, so that each part fits on a screen: found in its syntax."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

FUNCTION_LINES_MAX = 40
"""From ``def`` to the last line, docstring included, decorators not."""

FILE_LINES_MAX = 400
"""Of the product; files of tests and tools may be longer."""

CONSTRUCTOR_ARGUMENTS_MAX = 7
"""Of ``__init__`` in product and tools, without self; fields of a record do not count."""

PRODUCT = ("swarmfeed", "webui")
EVERYTHING = (*PRODUCT, "tools", "tests")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef

_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")
"""Where statements lie within a statement."""

_PLAIN = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return, ast.Assert)
"""The most frequent statements with no other in them: left out early."""


class Fault(Struct, frozen=True, order=True, kw_only=True):
    """Something that breaks a bound."""

    path: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.sentence}"


def read_sources(checkout: Path) -> dict[str, str]:
    """Return path within the checkout -> text, of each file with Python code."""
    found = (each for top in EVERYTHING for each in (checkout / top).rglob("*"))
    return {
        str(each.relative_to(checkout)): each.read_text(encoding="utf-8")
        for each in found
        if each.suffix == ".py" or _is_program(each)
    }


def find_faults(sources: Mapping[str, str]) -> list[Fault]:
    """Return everything that breaks a bound, by path and line.

    Args:
        sources: Path within the checkout, by which it is product, tool or test -> its text.
    """
    faults: list[Fault] = []
    classes: dict[str, list[ast.ClassDef]] = {}
    for path, text in sorted(sources.items()):
        found = _definitions(ast.parse(text, path))
        classes[path] = [each for each in found if isinstance(each, ast.ClassDef)]
        faults += _long_functions(path, found)
        if not _is_in(path, ("tests",)):
            faults += _greedy_constructors(path, classes[path])
        if _is_in(path, PRODUCT):
            faults += _long_file(path, text)
    product = {path: each for path, each in classes.items() if _is_in(path, PRODUCT)}
    return sorted([*faults, *_repeated_names(product)])


def _definitions(tree: ast.Module) -> list[Definition]:
    """Functions and classes, at any depth: among statements, for no expression holds one."""
    found: list[Definition] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Definition):
            found.append(node)
        waiting += (
            each
            for name in _BODIES
            for each in getattr(node, name, ())
            if not isinstance(each, _PLAIN)
        )
    return found


def _is_in(path: str, tops: tuple[str, ...]) -> bool:
    return path.split("/")[0] in tops


def _is_program(path: Path) -> bool:
    """Whether it is Python whose name does not end in .py."""
    if path.suffix or not path.is_file():
        return False
    with path.open("rb") as opened:
        return opened.readline().startswith(b"#!/usr/bin/env python3")


def _long_file(path: str, text: str) -> Iterator[Fault]:
    lines = len(text.splitlines())
    if lines > FILE_LINES_MAX:
        sentence = f"the file has {lines} lines, and {FILE_LINES_MAX} are the most"
        yield Fault(path=path, line=FILE_LINES_MAX + 1, sentence=sentence)


def _long_functions(path: str, found: list[Definition]) -> Iterator[Fault]:
    for node in found:
        if not isinstance(node, Function):
            continue
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > FUNCTION_LINES_MAX:
            sentence = f"{node.name} has {lines} lines, and {FUNCTION_LINES_MAX} are the most"
            yield Fault(path=path, line=node.lineno, sentence=sentence)


def _greedy_constructors(path: str, classes: list[ast.ClassDef]) -> Iterator[Fault]:
    for owner in classes:
        for node in owner.body:
            if not isinstance(node, Function) or node.name != "__init__":
                continue
            taken = _count_arguments(node.args) - 1
            if taken > CONSTRUCTOR_ARGUMENTS_MAX:
                most = CONSTRUCTOR_ARGUMENTS_MAX
                sentence = f"{owner.name} is made of {taken} arguments, and {most} are the most"
                yield Fault(path=path, line=node.lineno, sentence=sentence)


def _count_arguments(taken: ast.arguments) -> int:
    rest = [each for each in (taken.vararg, taken.kwarg) if each]
    return len([*taken.posonlyargs, *taken.args, *taken.kwonlyargs, *rest])


def _repeated_names(product: Mapping[str, list[ast.ClassDef]]) -> Iterator[Fault]:
    """A name that is private to its module, ``_Name``, may be used in another one too."""
    places = defaultdict(list)
    for path, classes in sorted(product.items()):
        for each in sorted(classes, key=lambda each: each.lineno):
            if not each.name.startswith("_"):
                places[each.name].append((path, each.lineno))
    for name, (first, *others) in places.items():
        for path, line in others:
            sentence = f"there is a class {name} already, at {first[0]}:{first[1]}"
            yield Fault(path=path, line=line, sentence=sentence)

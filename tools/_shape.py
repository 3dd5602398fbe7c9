"""Bounds on the shape of the code, so that each part fits on a screen: found in its syntax."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FUNCTION_LINES_MAX = 40
"""From ``def`` to the last line, docstring included, decorators not."""

FILE_LINES_MAX = 400
"""Of the product; files of tests and tools may be longer."""

CONSTRUCTOR_ARGUMENTS_MAX = 7
"""Of ``__init__`` in product and tools, without self; fields of a dataclass do not count."""

PRODUCT = ("swarmfeed", "webui")
EVERYTHING = (*PRODUCT, "tools", "tests")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, order=True, slots=True, kw_only=True)
class Fault:
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
    trees = {path: ast.parse(text, path) for path, text in sources.items()}
    product = {path: tree for path, tree in trees.items() if _is_in(path, PRODUCT)}
    faults = [fault for path in product for fault in _long_file(path, sources[path])]
    faults += _repeated_names(product)
    for path, tree in trees.items():
        faults += _long_functions(path, tree)
        if not _is_in(path, ("tests",)):
            faults += _greedy_constructors(path, tree)
    return sorted(faults)


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


def _long_functions(path: str, tree: ast.Module) -> Iterator[Fault]:
    for node in ast.walk(tree):
        if not isinstance(node, Function):
            continue
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > FUNCTION_LINES_MAX:
            sentence = f"{node.name} has {lines} lines, and {FUNCTION_LINES_MAX} are the most"
            yield Fault(path=path, line=node.lineno, sentence=sentence)


def _greedy_constructors(path: str, tree: ast.Module) -> Iterator[Fault]:
    for owner in _classes(tree):
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


def _repeated_names(product: Mapping[str, ast.Module]) -> Iterator[Fault]:
    """A name that is private to its module, ``_Name``, may be used in another one too."""
    places = defaultdict(list)
    for path, tree in sorted(product.items()):
        for each in _classes(tree):
            if not each.name.startswith("_"):
                places[each.name].append((path, each.lineno))
    for name, (first, *others) in places.items():
        for path, line in others:
            sentence = f"there is a class {name} already, at {first[0]}:{first[1]}"
            yield Fault(path=path, line=line, sentence=sentence)


def _classes(tree: ast.Module) -> list[ast.ClassDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]

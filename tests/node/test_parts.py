"""The parts of a node: nothing is set on one from outside after it was made (ADR 14)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

NODE = Path(__file__).parents[2] / "swarmfeed" / "node"


def set_on_others(code: str) -> list[int]:
    """Lines that set an attribute of what an object holds: ``self._part.on_news = ...``."""
    tree = ast.parse(code)
    return sorted(
        target.lineno
        for node in ast.walk(tree)
        for target in targets(node)
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Attribute)
    )


def targets(node: ast.AST) -> Iterator[ast.expr]:
    """What a statement sets; a count that goes up is state, and nobody's part."""
    match node:
        case ast.Assign():
            for each in node.targets:
                yield from each.elts if isinstance(each, ast.Tuple) else [each]
        case ast.AnnAssign():
            yield node.target


@pytest.mark.slow
def test_no_part_is_changed_from_outside() -> None:
    found = [
        f"{path.relative_to(NODE)}:{line}"
        for path in sorted(NODE.rglob("*.py"))
        for line in set_on_others(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_setting_a_callback_would_be_seen() -> None:
    assert set_on_others("self.sessions.on_open = self._on_open") == [1]
    assert set_on_others("a, self.board.on_news = 1, f") == [1]
    assert set_on_others("self.size = 1\nself.tally.taken += 1") == []

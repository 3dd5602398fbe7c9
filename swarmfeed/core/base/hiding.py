"""Records that hold secrets: how they are shown where people debug."""

from collections.abc import Callable

from msgspec import Struct


def hiding(*names: str) -> Callable[[Struct], str]:
    """Return a ``__repr__`` that leaves out these fields: secrets belong in no log."""

    def show(record: Struct) -> str:
        kind = type(record)
        told = (
            f"{name}={getattr(record, name)!r}"
            for name in kind.__struct_fields__
            if name not in names
        )
        return f"{kind.__name__}({', '.join(told)})"

    return show

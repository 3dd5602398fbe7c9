"""Any value of a record, as the annotations of its class allow it."""

from types import UnionType
from typing import Annotated, Any, NewType, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from msgspec import Struct
from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.base.marks import Between, Spelled, UpTo

hosts = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str).filter(lambda host: not host.startswith("::ffff:")),
)


def records(record: type[Any]) -> st.SearchStrategy[Any]:
    """Records with lists of at most three items, short bytes, and any integers allowed."""
    hints = get_type_hints(record, include_extras=True)
    return st.builds(record, **{name: values(hints[name]) for name in record.__struct_fields__})


def values(hint: Any, **bounds: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) is Annotated:
        inner, *marks = get_args(hint)
        return values(inner, **{**{type(mark).__name__: mark for mark in marks}, **bounds})
    if get_origin(hint) in (Union, UnionType):
        (some,) = [each for each in get_args(hint) if each is not type(None)]
        return st.none() | values(some, **bounds)
    if get_origin(hint) is tuple:
        most = min(bounds[UpTo.__name__].most, 3)
        return st.lists(values(get_args(hint)[0]), max_size=most).map(tuple)
    if isinstance(hint, NewType):
        return st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return records(hint)
    return scalars(hint, **bounds)


def scalars(hint: Any, **bounds: Any) -> st.SearchStrategy[Any]:
    if hint is bool:
        return st.booleans()
    if hint is int:
        bound: Between = bounds[Between.__name__]
        return st.integers(bound.low, bound.high)
    if hint is bytes:
        return st.binary(max_size=min(bounds[UpTo.__name__].most, 50))
    if Spelled.__name__ not in bounds:
        return st.text(max_size=min(bounds[UpTo.__name__].most, 50))
    assert bounds[Spelled.__name__].what == "IP address"
    return hosts

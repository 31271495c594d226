"""The identifier of a facet's value as an object of an event: ``name:value``.

In the name a backslash stands before each colon and backslash. The value is raw, whatever it holds, because it begins
behind the first colon that has no backslash.
"""

import re
from typing import NamedTuple

FACET = "facet"
"""The ``object_id_type`` of such an identifier."""
MAX_NAME = 256
MAX_VALUE = 512
_ID = re.compile(r"((?:[^\\:]|\\[\\:])+):(.+)", re.DOTALL)
_ESCAPED = re.compile(r"\\([\\:])")


class FacetId(NamedTuple):
    """A facet and one of its values, as the contract spells them."""

    name: str
    value: str


def write_facet_id(name: str, value: str) -> str:
    """The identifier; ``read_facet_id`` gives both back.

    Raises ValueError where one is empty, or longer than a selection may be (256 and 512 characters).
    """
    if not 0 < len(name) <= MAX_NAME or not 0 < len(value) <= MAX_VALUE:
        raise ValueError(f"a facet's name has 1 to {MAX_NAME} characters and its value 1 to {MAX_VALUE}")
    return re.sub(r"[\\:]", r"\\\g<0>", name) + ":" + value


def read_facet_id(text: str) -> FacetId:
    """Reads ``"noise_level:quiet"``; raises ValueError where the text is nothing that ``write_facet_id`` writes."""
    match = _ID.fullmatch(text)
    if match is None:
        raise ValueError("must read name:value, with a backslash before each colon and backslash of the name")
    found = FacetId(_ESCAPED.sub(r"\1", match[1]), match[2])
    if len(found.name) > MAX_NAME or len(found.value) > MAX_VALUE:
        raise ValueError(f"must hold a name of at most {MAX_NAME} characters and a value of at most {MAX_VALUE}")
    return found

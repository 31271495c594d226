"""Records as pages post them, and ways to spoil them."""

import json

from hypothesis import strategies as st

# As the official JavaScript collector builds it: no position, empty strings and null for what it does not know.
COLLECTED = {
    "application": "shop",
    "action_name": "add_to_cart",
    "query_id": "q1",
    "session_id": "s1",
    "client_id": "c1",
    "user_id": "",
    "timestamp": "2026-03-01T12:00:00.250Z",
    "message_type": "INFO",
    "message": "",
    "extra_info": "from the list",
    "event_attributes": {
        "object": {"object_id": 42, "object_id_field": "sku", "description": None, "price": 9.5, "tags": ["a", None]}
    },
}
COLLECTED_QUERY = {
    "application": "shop",
    "query_id": "q1",
    "user_query": "laser printer",
    "client_id": "c1",
    "object_id_field": "sku",
    "timestamp": "2026-03-01T12:00:00.250Z",
    "message_type": "INFO",
    "message": "",
    "query_attributes": {"page": 2},
}


def changed(path, value, record=COLLECTED):
    """A copy of the record with one field set."""
    copy = json.loads(json.dumps(record))
    *outer, last = path.split(".")
    place = copy
    for name in outer:
        place = place.setdefault(name, {})
    place[last] = value
    return copy


def nested(depth):
    value = "core"
    for _ in range(depth):
        value = [value]
    return value


KEYS = st.text("xyz.é ", min_size=1, max_size=6)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    # NUL and halves of characters come back as an error, not as something else.
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
).filter(lambda value: depth_of(value) < 7)
REST = st.dictionaries(KEYS, JSON, max_size=3)


def depth_of(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return 1 + max(map(depth_of, inner), default=0)

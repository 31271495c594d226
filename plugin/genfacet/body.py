"""Names for the two kinds of parsed JSON that the engine hands around: search bodies and query clauses."""

from typing import Any

Body = dict[str, Any]
"""The JSON object of a search request: ``query``, ``knn``, ``aggs``, ``sort`` and so on."""

Clause = dict[str, Any]
"""One query clause with one key, such as ``{"term": {"colour": "black"}}``."""

"""An index in memory, just enough of one to answer siblings: flat documents, exact counts, no text search.

Every text matches every document; what narrows results are the clauses that selections and filters become.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from genfacet.sibling import Sibling

Document = Mapping[str, Any]
_ANYTHING = {"match_all", "match", "multi_match", "match_phrase", "function_score", "knn", "semantic", "boosting"}


class MemoryIndex:
    """Answers siblings and remembers them."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        self.asked: list[Sibling] = []

    def answer(self, sibling: Sibling) -> dict[str, Any]:
        """What Elasticsearch would say."""
        self.asked.append(sibling)
        matching = [document for document in self.documents if _holds(sibling.body.get("query"), document)]
        return {
            "timed_out": False,
            "_shards": {"total": 1, "failed": 0},
            "hits": {"total": {"value": len(matching), "relation": "eq"}},
            "aggregations": {name: self._aggregate(how, matching) for name, how in sibling.body["aggs"].items()},
        }

    def _aggregate(self, how: Mapping[str, Any], documents: Sequence[Document]) -> dict[str, Any]:
        kind, options = next((kind, options) for kind, options in how.items() if kind != "aggs")
        if kind == "filters":
            kept = {key: [d for d in documents if _holds(q, d)] for key, q in options["filters"].items()}
            return {"buckets": {key: {"doc_count": len(found)} for key, found in kept.items()}}
        if kind == "terms":
            values = Counter(value for document in documents for value in _values(document, options["field"]))
            buckets = [{"key": value, "doc_count": count} for value, count in values.most_common(options["size"])]
            return {"buckets": buckets, "sum_other_doc_count": values.total() - sum(b["doc_count"] for b in buckets)}
        if kind == "percentiles":
            numbers = sorted(number for document in documents for number in _values(document, options["field"]))
            at = [
                numbers[int((len(numbers) - 1) * percent / 100)] if numbers else None for percent in (5, 25, 50, 75, 95)
            ]
            return {"values": [{"value": number} for number in at]}
        narrowed = {
            "global": lambda: self.documents,
            "filter": lambda: [document for document in documents if _holds(options, document)],
            "sampler": lambda: documents[: options["shard_size"]],
        }[kind]()
        inner = {name: self._aggregate(below, narrowed) for name, below in how.get("aggs", {}).items()}
        return {"doc_count": len(narrowed), **inner}


def _values(document: Document, field: str) -> list[Any]:
    value = document.get(field, [])
    return list(value) if isinstance(value, list) else [value]


def _holds(clause: Any, document: Document) -> bool:
    if clause is None:
        return True
    ((kind, options),) = clause.items()
    if kind in _ANYTHING:
        return True
    if kind == "exists":
        return bool(_values(document, options["field"]))
    if kind == "bool":
        required = [inner for key in ("must", "filter") for inner in _listed(options.get(key, []))]
        either = _listed(options.get("should", []))
        needed = options.get("minimum_should_match", 0)
        return all(_holds(inner, document) for inner in required) and (
            sum(_holds(inner, document) for inner in either) >= needed
        )
    ((field, wanted),) = options.items()
    if kind == "terms":
        return any(value in wanted for value in _values(document, field))
    if kind == "range":
        return any(
            wanted.get("gte", value) <= value < wanted.get("lt", value + 1) for value in _values(document, field)
        )
    raise AssertionError(f"no sibling asks for [{kind}]")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]

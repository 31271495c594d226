"""A plan as a document of the plan index: definitions only, nothing of any product but words that plans are found by.

What is read from there is hostile until it is checked: anybody who may write the index could have changed it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from genfacet.cache import fold
from genfacet.memory.plan import Plan, PlanError, read_plan
from genfacet.probe import AttributeProbe, Probe
from genfacet.sources.ranking import words

VERSION = 1
"""Another number for every change of the document's form; documents of another version are left alone."""
ATTRIBUTES = 30
"""Names of attributes that a plan is known by."""
MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "version": {"type": "integer"},
        "index": {"type": "keyword"},
        "query": {"type": "keyword", "ignore_above": 1024},
        "area": {"type": "keyword", "ignore_above": 1024},
        "source": {"type": "keyword"},
        "audiences": {"type": "keyword"},
        "words": {"type": "text", "analyzer": "whitespace", "norms": False},
        "titles": {"type": "text", "analyzer": "whitespace", "norms": False},
        "attributes": {"type": "keyword"},
        "made_at": {"type": "date"},
        "plan": {"type": "object", "enabled": False},
    },
}


@dataclass(frozen=True, slots=True)
class Marks:
    """What a query and its results are recognised by: words of the query and of titles, names of attributes."""

    words: frozenset[str]
    titles: frozenset[str]
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan with the marks of its query."""

    plan: Plan
    marks: Marks
    index: str


def marks_of(query: str | None, probe: Probe) -> Marks:
    """The marks of a query: attributes are those that most of the sampled results carry, the most frequent first."""
    seen: Iterable[AttributeProbe] = sorted(probe.attributes.values(), key=lambda one: (-one.docs, one.attribute.name))
    names = [one.attribute.name for one in seen][:ATTRIBUTES]
    titles = frozenset[str]().union(*map(words, probe.titles))
    return Marks(words(query or ""), titles, tuple(names))


def document(
    plan: Plan, marks: Marks, index: str, *, source: str, made_at: str, audiences: Sequence[str] = ()
) -> tuple[str, dict[str, Any]]:
    """Id and document of a plan; the same query of the same index and audiences has the same id.

    Without ``audiences`` it serves everybody.
    """
    key = "\n".join([index, fold(plan.query), *sorted(audiences)])
    content = {
        "version": VERSION,
        "index": index,
        "query": plan.query,
        "source": source,
        "words": " ".join(sorted(marks.words)),
        "titles": " ".join(sorted(marks.titles)),
        "attributes": list(marks.attributes),
        "made_at": made_at,
        "plan": plan.as_json(),
    }
    named = {"audiences": list(audiences)} if audiences else {}
    area = {"area": plan.area} if plan.area else {}
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest(), content | named | area


def read_stored(source: Any) -> StoredPlan | None:
    """A plan from a document; None where it is of another version, or not what this code wrote."""
    if not isinstance(source, Mapping) or source.get("version") != VERSION:
        return None
    try:
        plan = read_plan(source.get("plan"))
    except PlanError:
        return None
    texts = [source.get(name) for name in ("index", "words", "titles")]
    attributes = source.get("attributes")
    names = [attributes] if isinstance(attributes, str) else attributes
    if not all(isinstance(text, str) for text in texts) or not isinstance(names, list):
        return None
    index, said, titles = map(str, texts)
    known = tuple(name for name in names[:ATTRIBUTES] if isinstance(name, str))
    return StoredPlan(plan, Marks(frozenset(said.split()), frozenset(titles.split()), known), index)

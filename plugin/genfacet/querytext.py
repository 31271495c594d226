"""Where the shopper's words sit in a search body, and how to change them there.

One walk visits every text of a body; what is done with a text is decided by the visitor. Bodies are never changed in
place: a changed body is new where it changed and shares the rest with its original.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from genfacet.body import Body
from genfacet.querystring import Syntax, holds_operators, read_words, syntax_of, write_words

PLACEHOLDER = "{{query}}"
# Elasticsearch refuses queries nested deeper than `indices.query.bool.max_nested_depth`, by default 30; this bound
# keeps the walk far from Python's own.
MAX_DEPTH = 48


class Role(IntEnum):
    """What a text decides. A deeper clause never has a lower role than the clause around it."""

    SEARCH = 0
    """It finds and scores documents."""
    FILTER = 1
    """It is one of the user's own filters."""
    OTHER = 2
    """It excludes or demotes documents, or triggers query rules."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that holds text: the syntax that is read there, and what it decides."""

    syntax: Syntax
    role: Role


Visit = Callable[[str, Slot], str]
"""Gets a text and its place, returns the text to put there."""

_TEXT_BY_FIELD = {
    "match": "query",
    "match_phrase": "query",
    "match_phrase_prefix": "query",
    "match_bool_prefix": "query",
    "text_expansion": "model_text",
}
_TEXT = {"multi_match", "combined_fields", "query_string", "simple_query_string", "semantic", "sparse_vector"}
INNER: dict[str, dict[str, Role]] = {
    "bool": {"must": Role.SEARCH, "should": Role.SEARCH, "filter": Role.FILTER, "must_not": Role.OTHER},
    "boosting": {"positive": Role.SEARCH, "negative": Role.OTHER},
    "constant_score": {"filter": Role.SEARCH},
    "dis_max": {"queries": Role.SEARCH},
    "function_score": {"query": Role.SEARCH},
    "has_child": {"query": Role.SEARCH},
    "has_parent": {"query": Role.SEARCH},
    "knn": {"filter": Role.FILTER},
    "nested": {"query": Role.SEARCH},
    "pinned": {"organic": Role.SEARCH},
    "rule": {"organic": Role.SEARCH},
    "script_score": {"query": Role.SEARCH},
}
"""Where kinds of query clauses hold further clauses, and what those decide."""


def find_text(body: Mapping[str, Any]) -> str | None:
    """The shopper's words, where the client does not give them: the first text that finds documents.

    A text that only filters is taken where no other is there. Text with operators (``title:printer AND laser``) is
    no words and is passed over.
    """
    found: dict[Role, str] = {}

    def note(text: str, slot: Slot) -> str:
        words = read_words(text, slot.syntax)
        if words is not None and words.strip() and slot.role is not Role.OTHER:
            found.setdefault(slot.role, words)
        return text

    _Walk(note).body(body)
    return found.get(Role.SEARCH, found.get(Role.FILTER))


def replace_text(body: Mapping[str, Any], old: str, new: str) -> Body | None:
    """The body with ``new`` wherever ``old`` finds documents; None where it does so nowhere.

    Texts are compared without regard to case and white space, but text with operators exactly. The user's own filters
    keep their text. ``new`` is written so that it is words alone.
    """
    hits = 0

    def put(text: str, slot: Slot) -> str:
        nonlocal hits
        if slot.role is not Role.SEARCH or not _same(text, old, slot.syntax):
            return text
        hits += 1
        return write_words(new, slot.syntax)

    changed = _Walk(put).body(body)
    return changed if hits else None


def blank_text(body: Mapping[str, Any], old: str) -> Body:
    """The body with ``{{query}}`` wherever it holds the text, filters and rule criteria included: the form for keys."""
    return _Walk(lambda text, slot: PLACEHOLDER if _same(text, old, slot.syntax) else text).body(body)


def _same(text: str, words: str, syntax: Syntax) -> bool:
    if holds_operators(text, syntax):
        return text.split() == words.split()
    return _fold(words) in (_fold(text), _fold(read_words(text, syntax) or ""))


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


@dataclass(frozen=True, slots=True)
class _Walk:
    """One pass over a body. Every method returns its argument itself where nothing in it changed."""

    visit: Visit

    def body(self, body: Mapping[str, Any]) -> Body:
        """A search body; keys in their own order, so that the first text is the first one written."""
        steps: dict[str, Callable[[Any], Any]] = {
            "query": self.clause,
            "knn": lambda value: _each(self.knn, value),
            "retriever": self.retriever,
            "rescore": lambda value: _each(self.rescorer, value),
            "sub_searches": lambda value: _each(self.sub_search, value),
            "post_filter": lambda value: self.clause(value, Role.FILTER),
        }
        return dict(_changed(body, steps))

    def clause(self, clause: Any, role: Role = Role.SEARCH, depth: int = 0) -> Any:
        """A query clause ``{kind: options}``."""
        if not isinstance(clause, dict) or depth > MAX_DEPTH:
            return clause
        return _changed(clause, {kind: self._options(kind, role, depth) for kind in clause})

    def _options(self, kind: str, role: Role, depth: int) -> Callable[[Any], Any]:
        def walk(options: Any) -> Any:
            if not isinstance(options, dict):
                return options
            if kind in _TEXT_BY_FIELD:
                return _changed(options, dict.fromkeys(options, self._field_text(_TEXT_BY_FIELD[kind], role)))
            steps: dict[str, Callable[[Any], Any]] = {}
            if kind in _TEXT:
                steps["query"] = self._text(Slot(syntax_of(kind, options), role))
            if kind == "knn":
                steps["query_vector_builder"] = self._vector_builder(role)
            if kind == "rule":
                steps["match_criteria"] = self._criteria
            for key, inner in INNER.get(kind, {}).items():
                steps[key] = self._clauses(max(role, inner), depth + 1)
            return _changed(options, steps)

        return walk

    def _clauses(self, role: Role, depth: int) -> Callable[[Any], Any]:
        return lambda value: _each(lambda clause: self.clause(clause, role, depth), value)

    def _text(self, slot: Slot) -> Callable[[Any], Any]:
        return lambda text: self.visit(text, slot) if isinstance(text, str) else text

    def _field_text(self, key: str, role: Role) -> Callable[[Any], Any]:
        """The short form ``{field: text}`` and the long form ``{field: {"query": text}}``."""
        text = self._text(Slot(Syntax.PLAIN, role))
        return lambda value: _changed(value, {key: text}) if isinstance(value, dict) else text(value)

    def _criteria(self, value: Any) -> Any:
        text = self._text(Slot(Syntax.PLAIN, Role.OTHER))
        return _changed(value, dict.fromkeys(value, text)) if isinstance(value, dict) else value

    def _vector_builder(self, role: Role) -> Callable[[Any], Any]:
        text = self._text(Slot(Syntax.PLAIN, role))
        return lambda value: _inside(value, ("text_embedding", "model_text"), text)

    def knn(self, knn: Any) -> Any:
        """A knn section, which has the form of a knn clause's options."""
        return self._options("knn", Role.SEARCH, 0)(knn)

    def rescorer(self, rescorer: Any) -> Any:
        """One element of ``rescore``."""
        return _inside(rescorer, ("query", "rescore_query"), self.clause)

    def sub_search(self, search: Any) -> Any:
        """One element of ``sub_searches``, which 8.x takes beside ``rank``."""
        return _inside(search, ("query",), self.clause)

    def retriever(self, retriever: Any, depth: int = 0) -> Any:
        """A retriever ``{kind: options}``, or a component ``{"retriever": …, "weight": …}`` of a compound one."""
        if not isinstance(retriever, dict) or depth > MAX_DEPTH:
            return retriever
        if "retriever" in retriever:
            return _changed(retriever, {"retriever": lambda child: self.retriever(child, depth + 1)})
        return _changed(retriever, dict.fromkeys(retriever, lambda options: self._retriever_options(options, depth)))

    def _retriever_options(self, options: Any, depth: int) -> Any:
        """The keys mean the same in every kind of retriever; ``query`` is text where ``fields`` say where to search."""
        text = self._text(Slot(Syntax.PLAIN, Role.SEARCH))
        steps: dict[str, Callable[[Any], Any]] = {
            "filter": self._clauses(Role.FILTER, depth),
            "inference_text": text,
            "match_criteria": self._criteria,
            "query": lambda query: text(query) if isinstance(query, str) else self.clause(query, depth=depth),
            "query_vector_builder": self._vector_builder(Role.SEARCH),
            "rescore": lambda rescore: _each(self.rescorer, rescore),
            "retriever": lambda child: self.retriever(child, depth + 1),
            "retrievers": lambda children: _each(lambda child: self.retriever(child, depth + 1), children),
        }
        return _changed(options, steps) if isinstance(options, dict) else options


def _changed(values: Mapping[str, Any], steps: Mapping[str, Callable[[Any], Any]]) -> Any:
    new = {key: steps[key](value) for key, value in values.items() if key in steps}
    if all(value is values[key] for key, value in new.items()):
        return values
    return {**values, **new}


def _each(step: Callable[[Any], Any], value: Any) -> Any:
    if not isinstance(value, list):
        return step(value)
    new = [step(item) for item in value]
    return value if all(a is b for a, b in zip(new, value, strict=True)) else new


def _inside(value: Any, path: tuple[str, ...], step: Callable[[Any], Any]) -> Any:
    if not path:
        return step(value)
    if not isinstance(value, dict):
        return value
    return _changed(value, {path[0]: lambda inner: _inside(inner, path[1:], step)})

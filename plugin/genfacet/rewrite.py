"""What selections make of a search body: filters, boosts, or other words in the text of the query.

Pure functions. They take the clauses of the selections ready made, never change the body they are given, and leave
every key but ``query``, ``knn``, ``retriever`` and ``post_filter`` alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from genfacet.body import Body, Clause
from genfacet.querytext import INNER, MAX_DEPTH, Role, find_text, replace_text

MAX_REWRITTEN = 256
_MATCH_ALL: Clause = {"match_all": {}}
# Clauses on the objects or documents within a hit, where a filter on the hit means something else.
_JOINS = {"nested", "has_child", "has_parent"}
# Both put documents on top whatever their retriever found, so a filter further in does not reach them.
_PINNING = {"pinned", "rule"}
_URL_TEXTS = {"df": "default_field", "analyzer": "analyzer", "default_operator": "default_operator"}
_URL_FLAGS = ("analyze_wildcard", "lenient")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A new body and what was really done to it, which is not always what was asked for."""

    body: Body
    mode: Literal["filter", "soft"]


def filter_body(body: Mapping[str, Any], clauses: Sequence[Clause]) -> Body:
    """The body with the clauses as filters: its own hits that match all of them, with the scores they had.

    A knn search is filtered inside, so that it still finds as many neighbours as it was asked for.
    """
    if not clauses:
        return dict(body)
    if body.get("retriever") is not None:
        return _filter_retriever(body, clauses)
    new = dict(body)
    if body.get("sub_searches"):
        new["sub_searches"] = _each(lambda search: _filter_query(search, clauses), body["sub_searches"])
    elif body.get("query") is not None or body.get("knn") is None:
        new = _filter_query(body, clauses)
    if body.get("knn") is not None:
        new["knn"] = _each(lambda knn: _append_filter(knn, clauses), body["knn"])
    return new


def soften_body(body: Mapping[str, Any], clauses: Sequence[Clause], weight: float = 2.0) -> Rewritten:
    """The body with the clauses as boosts: the same hits, those that match a clause ``weight`` times as high.

    Boosts multiply, so they mean the same on every scale of scores. Where they would do nothing (another sort) or
    cannot be expressed (knn, compound retrievers) the clauses filter instead, and the mode says so.
    """
    if weight < 1:
        raise ValueError("the weight of a boost must be at least 1")
    if not clauses:
        return Rewritten(dict(body), "soft")
    holder = _scored_holder(body)
    if holder is None or is_sorted(body) or is_sorted(holder):
        return Rewritten(filter_body(body, clauses), "filter")
    soft = {**holder, "query": _boost(holder.get("query"), _lowest_score(body, holder), clauses, weight)}
    retriever = body.get("retriever")
    return Rewritten(soft if retriever is None else {**body, "retriever": {**retriever, "standard": soft}}, "soft")


def reword_body(body: Mapping[str, Any], user_query: str | None, words: Sequence[str] | str) -> Body | None:
    """The body with its text replaced: by a rewritten string as it is, or by the query and a sequence of value words.

    None where the text cannot be found in the body, or there is nothing to replace it with; the caller then filters.
    """
    query = user_query if user_query is not None else find_text(body)
    if query is None or not query.strip():
        return None
    text = words if isinstance(words, str) else baseline_text(query, words)
    return replace_text(body, query, text) if text.strip() else None


def baseline_text(query: str, values: Sequence[str]) -> str:
    """The query and, after it, the words of the values that it does not hold yet; at most 256 characters.

    The baseline that a model has to beat. What does not fit is left out, value by value.
    """
    text = _shorten(" ".join(query.split()))
    known = set(text.casefold().split())
    for value in values:
        fresh = [word for word in value.split() if word.casefold() not in known]
        longer = " ".join([text, *dict.fromkeys(fresh)]).strip()
        if fresh and len(longer) <= MAX_REWRITTEN:
            text = longer
            known.update(word.casefold() for word in fresh)
    return text


def is_sorted(body: Mapping[str, Any]) -> bool:
    """Whether anything but the highest score decides the order of the hits."""
    sort = body.get("sort")
    first = (sort[0] if sort else None) if isinstance(sort, list) else sort
    if first is None or first == "_score":
        return False
    if not isinstance(first, Mapping) or next(iter(first), None) != "_score":
        return True
    order = first["_score"]
    direction = order.get("order", "desc") if isinstance(order, Mapping) else order
    return bool(direction != "desc")


def query_from_url(params: Mapping[str, str]) -> Clause | None:
    """The ``query_string`` query that Elasticsearch makes of ``q``; it wins over the query of the body.

    None where the URL has no ``q``. A flag that is neither true nor false is handed on for Elasticsearch to refuse.
    """
    if "q" not in params:
        return None
    options: dict[str, Any] = {"query": params["q"]}
    options |= {key: params[name] for name, key in _URL_TEXTS.items() if name in params}
    for name in _URL_FLAGS:
        if name in params:
            # A parameter without a value means "true" to Elasticsearch.
            options[name] = {"": True, "true": True, "false": False}.get(params[name], params[name])
    return {"query_string": options}


def _filter_query(holder: Any, clauses: Sequence[Clause]) -> Any:
    """Anything with a ``query``, the query wrapped so that its score stays as it is."""
    if not isinstance(holder, Mapping):
        return holder
    query = _MATCH_ALL if holder.get("query") is None else _filter_knn(holder["query"], clauses)
    return {**holder, "query": {"bool": {"must": [query], "filter": list(clauses)}}}


def _filter_knn(clause: Any, clauses: Sequence[Clause], depth: int = 0) -> Any:
    """A query in which every knn clause that finds hits looks for its neighbours among the filtered documents."""
    if not isinstance(clause, Mapping) or depth > MAX_DEPTH:
        return clause
    new: Clause = {}
    for kind, options in clause.items():
        inner = {key for key, role in INNER.get(kind, {}).items() if role is Role.SEARCH} if kind not in _JOINS else ()
        if kind == "knn":
            new[kind] = _append_filter(options, clauses)
        elif inner and isinstance(options, Mapping):
            new[kind] = {
                key: _each(lambda child: _filter_knn(child, clauses, depth + 1), value) if key in inner else value
                for key, value in options.items()
            }
        else:
            new[kind] = options
    return new


def _append_filter(holder: Any, clauses: Sequence[Clause]) -> Any:
    """Anything with a ``filter`` of its own, which stays and comes first."""
    if not isinstance(holder, Mapping):
        return holder
    return {**holder, "filter": [*_listed(holder.get("filter")), *clauses]}


def _filter_retriever(body: Mapping[str, Any], clauses: Sequence[Clause]) -> Body:
    """Every kind of retriever takes a ``filter`` and hands it to its children, so the outermost is enough."""
    new, retriever = dict(body), body["retriever"]
    if not isinstance(retriever, Mapping):
        return new
    new["retriever"] = {kind: _append_filter(options, clauses) for kind, options in retriever.items()}
    standard = new["retriever"].get("standard")
    if isinstance(standard, Mapping):
        # A filter alone would score nothing.
        query = _MATCH_ALL if standard.get("query") is None else _filter_knn(standard["query"], clauses)
        new["retriever"]["standard"] = {**standard, "query": query}
    if _pins(retriever):
        new["post_filter"] = {"bool": {"filter": [*_listed(body.get("post_filter")), *clauses]}}
    return new


def _pins(retriever: Any, depth: int = 0) -> bool:
    """Whether a retriever, or one within it, pins documents."""
    if not isinstance(retriever, Mapping) or depth > MAX_DEPTH:
        return False
    if "retriever" in retriever:
        return _pins(retriever["retriever"], depth + 1)
    if retriever.keys() & _PINNING:
        return True
    inner = [options for options in retriever.values() if isinstance(options, Mapping)]
    children = [
        child for options in inner for key in ("retriever", "retrievers") for child in _listed(options.get(key))
    ]
    return any(_pins(child, depth + 1) for child in children)


def _scored_holder(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What holds the one query whose scores decide the order: the body or its standard retriever."""
    if body.get("knn") is not None or body.get("sub_searches"):
        return None
    retriever = body.get("retriever")
    if retriever is None:
        return body
    standard = retriever.get("standard") if isinstance(retriever, Mapping) else None
    return standard if isinstance(standard, Mapping) else None


def _boost(query: Any, lowest: Any, clauses: Sequence[Clause], weight: float) -> Clause:
    inner: Any = _MATCH_ALL if query is None else query
    if lowest is not None:
        # Boosted scores would lift hits over `min_score` that were under it. Here the query's own scores are held to
        # it, so boosts change the order of the hits and never which ones they are.
        inner = {"function_score": {"query": inner, "min_score": lowest}}
    if _scores_nothing(query):
        inner = {"bool": {"must": [_MATCH_ALL], "filter": [inner]}}
    functions = [{"filter": clause, "weight": weight} for clause in clauses]
    options = {"query": inner, "functions": functions, "score_mode": "multiply", "boost_mode": "multiply"}
    return {"function_score": options}


def _lowest_score(body: Mapping[str, Any], holder: Mapping[str, Any]) -> Any:
    return holder["min_score"] if holder.get("min_score") is not None else body.get("min_score")


def _scores_nothing(query: Any, depth: int = 0) -> bool:
    """Whether a query only filters: every hit scores 0, and no boost lifts that."""
    options = query.get("bool") if isinstance(query, Mapping) else None
    if not isinstance(options, Mapping) or depth > MAX_DEPTH:
        return False
    scoring = [clause for key in ("must", "should") for clause in _listed(options.get(key))]
    return all(_scores_nothing(clause, depth + 1) for clause in scoring)


def _shorten(text: str) -> str:
    if len(text) <= MAX_REWRITTEN:
        return text
    cut = text[: MAX_REWRITTEN + 1].rpartition(" ")[0]
    return cut or text[:MAX_REWRITTEN]


def _each(step: Callable[[Any], Any], value: Any) -> Any:
    return [step(item) for item in value] if isinstance(value, list) else step(value)


def _listed(value: Any) -> list[Any]:
    """A list, or a single value that stands for a list of one."""
    return [] if value is None else value if isinstance(value, list) else [value]

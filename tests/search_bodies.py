"""Hypothesis strategies for search bodies of every kind that carries text."""

from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]

FIELDS = st.sampled_from(["title", "description", "brand", "specs.value"])
WORDS = st.text("abcdeé", min_size=1, max_size=5)
TEXTS = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)


def own_filters() -> Strategy:
    """Clauses that a shop filters with; some hold text."""
    term = st.builds(lambda f, w: {"term": {f: w}}, FIELDS, WORDS)
    span = st.builds(lambda low: {"range": {"price": {"gte": low}}}, st.integers(0, 100))
    return term | span | st.builds(lambda f, t: {"match": {f: {"query": t, "operator": "and"}}}, FIELDS, TEXTS)


def text_clauses(text: Strategy) -> Strategy:
    """One clause that carries a text, of every kind there is."""
    short = st.sampled_from(["match", "match_phrase", "match_phrase_prefix", "match_bool_prefix"])
    many = st.sampled_from(["multi_match", "combined_fields", "query_string", "simple_query_string"])
    return st.one_of(
        st.builds(lambda kind, f, t: {kind: {f: t}}, short, FIELDS, text),
        st.builds(lambda kind, f, t: {kind: {f: {"query": t, "boost": 2.0}}}, short, FIELDS, text),
        st.builds(lambda kind, f, t: {kind: {"query": t, "fields": [f, "title^3"]}}, many, FIELDS, text),
        st.builds(lambda f, t: {"semantic": {"field": f, "query": t}}, FIELDS, text),
        st.builds(lambda t: {"knn": knn(t)}, text),
    )


def knn(text: str) -> dict[str, Any]:
    builder = {"text_embedding": {"model_id": "m", "model_text": text}}
    return {"field": "vector", "k": 3, "num_candidates": 10, "query_vector_builder": builder}


def queries(text: Strategy) -> Strategy:
    """Nested queries; what does not carry text is a filter."""
    filters = own_filters()

    def wrap(inner: Strategy) -> Strategy:
        some = st.lists(inner, min_size=1, max_size=2)
        parts = {
            "must": some | inner,
            "should": some,
            "filter": st.lists(filters) | filters,
            "must_not": st.lists(filters),
        }
        functions = st.lists(st.builds(lambda f: {"filter": f, "weight": 2}, filters), min_size=1, max_size=2)
        return st.one_of(
            st.fixed_dictionaries({}, optional=parts).map(lambda options: {"bool": options}),
            st.builds(lambda q, f: {"function_score": {"query": q, "functions": f}}, inner, functions),
            some.map(lambda several: {"dis_max": {"queries": several, "tie_breaker": 0.3}}),
            inner.map(lambda q: {"constant_score": {"filter": q}}),
            st.builds(lambda q, f: {"boosting": {"positive": q, "negative": f, "negative_boost": 0.5}}, inner, filters),
            inner.map(lambda q: {"nested": {"path": "specs", "query": q}}),
            inner.map(lambda q: {"script_score": {"query": q, "script": {"source": "_score"}}}),
            inner.map(lambda q: {"pinned": {"ids": ["1"], "organic": q}}),
        )

    return st.recursive(text_clauses(text) | filters, wrap, max_leaves=6)


def retrievers(text: Strategy) -> Strategy:
    """Retriever trees."""
    standard = st.builds(lambda q, f: {"standard": {"query": q, "filter": f}}, queries(text), own_filters())
    leaf = standard | text.map(lambda t: {"knn": knn(t)})

    def wrap(inner: Strategy) -> Strategy:
        both = st.lists(inner, min_size=2, max_size=2)
        return st.one_of(
            both.map(lambda children: {"rrf": {"retrievers": children}}),
            both.map(lambda c: {"linear": {"retrievers": [{"retriever": child, "weight": 2} for child in c]}}),
            st.builds(lambda c, t: {"text_similarity_reranker": {"retriever": c, "inference_text": t}}, inner, text),
            inner.map(lambda child: {"pinned": {"ids": ["1"], "retriever": child}}),
            text.map(lambda t: {"rrf": {"query": t, "fields": ["title"]}}),
        )

    return st.recursive(leaf, wrap, max_leaves=4)


def bodies(text: Strategy = TEXTS) -> Strategy:
    """Whole bodies, with parts that no rewrite may touch."""
    rescore = queries(text).map(lambda q: {"window_size": 5, "query": {"rescore_query": q}})
    around = {
        "aggs": st.just({"brands": {"terms": {"field": "brand"}}}),
        "from": st.integers(0, 50),
        "post_filter": own_filters(),
        "sort": st.sampled_from(["_score", ["price"], [{"_score": "desc"}, "price"], [{"price": {"order": "asc"}}]]),
        "suggest": TEXTS.map(lambda t: {"text": t, "s": {"term": {"field": "title"}}}),
        "min_score": st.floats(0.1, 5),
    }
    vectors = text.map(knn)
    classic = {"query": queries(text), "knn": vectors | st.lists(vectors, min_size=1, max_size=2), "rescore": rescore}
    return st.fixed_dictionaries({}, optional={**classic, **around}) | st.fixed_dictionaries(
        {"retriever": retrievers(text)}, optional=around
    )

"""What must hold for every input, however odd: `check(data)` makes an input of the bytes and asserts it.

The fuzzer finds the bytes (`fuzz_request.py`); `tests/unit/test_fuzz_checks.py` runs the same checks on a few.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from genfacet.clauses import UnknownValueError, value_clause
from genfacet.engine import Engine
from genfacet.errors import RequestError
from genfacet.jsonspan import NotJsonError, replace_spans, response_spans, splice_section, strip_section
from genfacet.planning import Plan, without
from genfacet.querytext import INNER, blank_text, find_text, replace_text
from genfacet.request import read_request
from genfacet.rewrite import filter_body, soften_body
from genfacet.settings import parse_settings
from genfacet.sibling import Search
from genfacet.values import read_open, write_open

SETTINGS = parse_settings(
    {
        "indices": {
            "shop": {
                "search": {"template": {}, "text_fields": ["title^3", "text"]},
                "facets": {
                    "brand": {"field": "brand"},
                    "price": {"field": "cents", "type": "number", "scale": 0.01},
                    "stock": {"field": "stock", "type": "boolean"},
                    "size": {"field": "specs.size", "flattened": True},
                },
                "families": [{"path": "a", "name": "a.n", "text": "a.t", "number": "a.x", "strip": ["p_"]}],
            }
        }
    }
)
ENGINE = Engine(SETTINGS)
CATALOG = SETTINGS.indices["shop"].catalog()


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


REWRITTEN = {"query", "knn", "retriever", "post_filter", "sub_searches"}
CLOSED = {"bool", "filter", "should", "minimum_should_match", "terms", "range", "match_phrase", "nested"}
KINDS = _words(
    "match match_phrase multi_match combined_fields query_string simple_query_string semantic sparse_vector "
    "text_expansion bool boosting constant_score dis_max function_score has_child nested pinned rule script_score knn "
    "standard rrf linear text_similarity_reranker rescorer term range match_all"
)
KEYS = _words(
    "query must should filter must_not positive negative queries organic fields retriever retrievers model_text "
    "query_vector_builder text_embedding match_criteria inference_text rescore rescore_query sort from search_after "
    "min_score sub_searches post_filter ext aggs pit size title brand functions order _score flags default_operator"
)
SECTION_KEYS = _words(
    "user_query size values mode deadline_ms selected rewritten locale session_id client_id source explain"
)
NAMES = ("brand", "price", "stock", "size", "weight", "~use", "text", "")
TEXTS = (
    "printer", "Printer ", "laser AND ink", 'title:"a b', "a\\", "..", "1..2", "5..", "yes", "a|b", "x|text=a,b",
    "u|weight=1..", "{{query}}", "filter", "soft", "rewrite", "auto", "_score", "desc", "statistics", "\\|", "é\u0000",
)  # fmt: skip
VALUES = (*TEXTS, "50..100", "no", "big", "for travel|weight=..5|stock=yes", "quiet|text=very quiet,silent")
URL_KEYS = _words("q df analyzer default_operator lenient from sort terminate_after routing size")
URL_TEXTS = ("", "printer", "title:a AND b", "3", "9" * 20, "price:desc", ":", ",", "true", "maybe", "\u0663")
SCALARS = (None, True, False, 0, -1, 3, 2.5, 2**63, "", [], {})


class Source:
    """Choices made of bytes; when they run out every choice is the first."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def below(self, most: int) -> int:
        """A number from 0 to ``most`` - 1."""
        self._at += 1
        return self._data[self._at - 1] % most if self._at <= len(self._data) else 0

    def one_of(self, choices: Any) -> Any:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def text(self) -> str:
        """A text that means something somewhere, or raw characters."""
        if self.below(4):
            return str(self.one_of(TEXTS))
        length = self.below(12)
        chunk = self._data[self._at : self._at + length]
        self._at += length
        return chunk.decode("utf-8", "replace")


def check(data: bytes) -> None:
    """Raises where a promise is broken; the first byte chooses which one is tried."""
    checks: tuple[Callable[[bytes], None], ...] = (check_text, check_answer, check_answers, check_value, check_body)
    if data:
        checks[min(data[0] % 8, len(checks) - 1)](data[1:])


def check_text(raw: bytes) -> None:
    """A body as it comes: cut exactly, or not touched at all."""
    try:
        stripped, section = strip_section(raw)
    except NotJsonError:
        return
    read = _parsed(raw)
    if stripped is raw:
        ext = read.get("ext") if isinstance(read, dict) else None
        assert not isinstance(ext, dict) or "genfacet" not in ext
        return
    if isinstance(read, dict):
        cut = read["ext"].pop("genfacet")
        if not read["ext"]:
            del read["ext"]
        assert cut == section
        assert json.loads(stripped) == read
    try:
        body = orjson.loads(stripped)
    except orjson.JSONDecodeError:
        return
    check_plan(body, section)


def check_answer(raw: bytes) -> None:
    """An answer with the section added is the answer and the section."""
    read = _parsed(raw)
    try:
        spliced = splice_section(raw, b'{"took":1}')
    except NotJsonError:
        # Refused is what has no place for it: no object, or an `ext` that is none.
        assert not isinstance(read, dict) or not isinstance(read.get("ext", {}), dict)
        return
    if isinstance(read, dict):
        read.setdefault("ext", {})["genfacet"] = {"took": 1}
        assert json.loads(spliced) == read


def check_answers(raw: bytes) -> None:
    """The items of a multi-search stand where they are said to stand."""
    read = _parsed(raw)
    try:
        spans = response_spans(raw)
    except NotJsonError:
        assert not isinstance(read, dict) or not isinstance(read.get("responses"), list)
        return
    assert replace_spans(raw, spans, [None] * len(spans)) == raw
    if read is not None:
        assert [json.loads(raw[start:end]) for start, end in spans] == read["responses"]
        numbers = list(range(len(spans)))
        replaced = json.loads(replace_spans(raw, spans, [b"%d" % number for number in numbers]))
        assert replaced == {**read, "responses": numbers}


def check_value(data: bytes) -> None:
    """A value says what it says, twice; and whatever it says, its clause is closed."""
    source = Source(data)
    name, text = source.one_of(NAMES), "|".join(source.text() for _ in range(1 + source.below(3)))
    try:
        read = read_open(text)
    except ValueError:
        pass
    else:
        assert read_open(write_open(read)) == read
    check_clause(name, text)


def check_clause(name: str, value: str) -> None:
    """Nothing but closed clauses on configured fields comes out."""
    try:
        clause = value_clause(name, value, CATALOG)
    except UnknownValueError:
        return
    assert _kinds(clause) <= CLOSED
    assert json.loads(orjson.dumps(clause)) == clause


def check_body(data: bytes) -> None:
    """A body and a section made of known parts, some of them in odd places."""
    source = Source(data)
    section: dict[str, Any] = {"mode": source.one_of(("auto", "rewrite", "soft", "filter"))}
    if source.below(4):
        section["selected"] = {source.one_of(NAMES): [source.one_of(VALUES)] for _ in range(source.below(4))}
    if source.below(3) == 0:
        section["user_query"] = source.text()
    if source.below(8) == 1:
        section["rewritten"] = source.text()
    if source.below(8) == 1:
        section[source.one_of(SECTION_KEYS)] = _tree(source, 2)
    body = {source.one_of(KEYS): _tree(source, 6) for _ in range(source.below(3))}
    if source.below(4):
        body["query"] = _clause(source, 5)
    params = {source.one_of(URL_KEYS): source.one_of(URL_TEXTS) for _ in range(source.below(3) // 2)}
    check_plan(body, section, params)


def check_plan(body: Any, section: Any, params: Mapping[str, str] | None = None) -> None:
    """A plan changes what the selections ask for and nothing else, or the request is refused."""
    if not isinstance(body, dict):
        return
    before = json.dumps(body)
    try:
        request = read_request(section, ("statistics",))
        plan = ENGINE.plan(Search("shop", params or {}, body), request, "public")
    except RequestError:
        return
    for name, values in request.selections().items():
        for value in values:
            check_clause(name, value)
    if not request.selections() and not request.rewritten:
        assert plan.is_untouched
    next(ENGINE.facets(plan)).encoded()
    for made in (plan, ENGINE.relaxed(plan, 0), _without_all(plan)):
        if made is not None and not params:  # what a URL says moves into the body
            assert _others(made.executed.body) == _others(body) or made.mode == "rewrite"
    check_functions(body)
    assert json.dumps(body) == before, "the body was changed in place"


def check_functions(body: dict[str, Any]) -> None:
    """The pure functions alone: nothing to do changes nothing, and the text that was put in is found again."""
    assert filter_body(body, []) == body
    assert soften_body(body, []).body == body
    words = find_text(body)
    assert words is None or blank_text(body, words) != body or "{{query}}" in words
    changed = replace_text(body, words, "zebra") if words is not None else None
    assert changed is None or find_text(changed) is not None


def _without_all(plan: Plan) -> Plan | None:
    missing = {(name, value): "gone" for name, values in plan.selections.items() for value in values}
    return without(plan, missing, 3.0) if missing else None


def _clause(source: Source, depth: int) -> Any:
    """A query as Elasticsearch has it, most of the time."""
    kind = source.one_of(KINDS)
    inner = INNER.get(kind, {})
    if depth == 0 or not inner or source.below(16) == 1:
        kind = source.one_of(("match", "match_phrase", "multi_match", "query_string", "simple_query_string", kind))
        return {kind: {source.one_of(("title", "query", "fields")): source.text(), "query": source.text()}}
    held = {key: _clause(source, depth - 1) for key in inner if source.below(2)}
    return {kind: {key: [value] if source.below(3) == 1 else value for key, value in held.items()}}


def _tree(source: Source, depth: int) -> Any:
    shape = source.below(6) if depth else 5
    if shape == 0:
        return [_tree(source, depth - 1) for _ in range(source.below(3))]
    if shape <= 3:
        return {source.one_of(KINDS): _tree(source, depth - 1) for _ in range(1 + source.below(2))}
    if shape == 4:
        return {source.one_of(KEYS): _tree(source, depth - 1) for _ in range(1 + source.below(3))}
    return source.text() if source.below(3) else source.one_of(SCALARS)


def _others(body: Mapping[str, Any]) -> dict[str, Any]:
    """What no selection may touch; a rewrite also changes the text of ``rescore``."""
    return {key: value for key, value in body.items() if key not in REWRITTEN}


def _kinds(clause: Any) -> set[str]:
    """The kinds of a clause and of those within it; what stands below a kind that holds no clauses is data."""
    kinds: set[str] = set()
    for key, value in clause.items():
        kinds.add(key)
        if key == "nested":
            kinds |= _kinds(value["query"])
        elif key == "bool":
            kinds |= set(value)
            for inner in (*value.get("filter", ()), *value.get("should", ())):
                kinds |= _kinds(inner)
    return kinds


def _parsed(raw: bytes) -> Any:
    """The text as another reader has it; None where that one refuses it, or a key is there twice."""
    try:
        return json.loads(raw, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key is there twice")
    return dict(pairs)

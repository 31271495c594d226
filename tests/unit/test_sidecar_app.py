"""The sidecar's application over an Elasticsearch in memory that takes everything."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from genfacet.settings import parse_settings
from genfacet.sibling import Sibling
from genfacet.sidecar import Sidecar
from genfacet.sidecar.messages import Reply, Request
from genfacet.sidecar.service import ControlWatch, open_service

ANSWER = b'{"took":1,"hits":{"total":{"value":0,"relation":"eq"},"hits":[]}}'
HEADERS = ((b"x-elastic-product", b"Elasticsearch"), (b"content-type", b"application/json"))
SETTINGS = parse_settings(
    {
        "indices": {
            "shop": {
                "search": {"template": {"query": {"match": {"title": "{{query}}"}}}, "text_fields": ["title"]},
                "facets": {"brand": {"field": "brand"}, "price": {"field": "price", "type": "number"}},
            }
        },
        "sidecar": {"max_body_bytes": 5000},
    }
)


@dataclass
class MemoryAnswer:
    """An answer that streams."""

    body: bytes
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = HEADERS
    length: int | None = None

    async def read(self) -> bytes:
        return self.body

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self.body

    def close(self) -> None:
        """Nothing is held."""


@dataclass
class MemoryUpstream:
    """Keeps what it was sent."""

    passed: list[tuple[str, str, bytes | None]] = field(default_factory=list)
    fetched: list[tuple[str, str, bytes | None]] = field(default_factory=list)
    siblings: list[Sibling] = field(default_factory=list)
    fails: Exception | None = None
    hangs: bool = False

    async def request(self, request: Request, _: Any, body: Any) -> MemoryAnswer:
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails:
            raise self.fails
        whole = body if body is None or isinstance(body, bytes) else b"".join([part async for part in body])
        self.passed.append((request.path, request.query, whole))
        return MemoryAnswer(ANSWER)

    async def fetch(self, request: Request, _: Any, body: bytes | None) -> Reply:
        self.fetched.append((request.path, request.query, body))
        if not request.path.endswith("_msearch") or body is None:
            return Reply(200, HEADERS, ANSWER)
        items = b",".join([ANSWER] * (body.count(b"\n") // 2))
        return Reply(200, HEADERS, b'{"took":1,"responses":[' + items + b"]}")

    async def ask(self, sibling: Sibling, _: Any) -> Mapping[str, Any]:
        self.siblings.append(sibling)
        return {"hits": {"total": {"value": 0}}}

    async def serve(self, _: str) -> tuple[int, bytes]:
        return 404, b""


def make_app(upstream: MemoryUpstream) -> Sidecar:
    service = open_service(SETTINGS)
    watch = ControlWatch(service.engine.control, "none", upstream, service.runner)  # type: ignore[arg-type]
    return Sidecar(replace(service, upstream=upstream, control=watch))  # type: ignore[arg-type]


async def call(app: Sidecar, body: bytes, path: str = "/shop/_search", query: str = "", *, stays: bool = True) -> Reply:
    """One POST of JSON; a client that does not stay hangs up once its body is sent."""
    half = len(body) // 2
    messages = [
        {"type": "http.request", "body": body[:half], "more_body": True},
        {"type": "http.request", "body": body[half:], "more_body": False},
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        if messages:
            return messages.pop(0)
        if stays:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def transmit(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))],
    }
    await asyncio.wait_for(app(scope, receive, transmit), 10)
    if not sent:
        return Reply(0, (), b"")
    return Reply(sent[0]["status"], tuple(sent[0]["headers"]), b"".join(message["body"] for message in sent[1:]))


async def test_a_search_that_does_not_ask_passes_byte_for_byte() -> None:
    upstream = MemoryUpstream()
    body = b'{ "size" :1,\n"query":{"match_all":{}} }'
    reply = await call(make_app(upstream), body, query="q=a%20b&&pretty")
    assert upstream.passed == [("/shop/_search", "q=a%20b&&pretty", body)]
    assert reply == Reply(200, HEADERS, ANSWER)


async def test_a_body_beyond_the_limit_streams_through_whole() -> None:
    upstream = MemoryUpstream()
    body = b'{"ext":{"genfacet":{}},"note":"' + b"x" * 20_000 + b'"}'
    assert (await call(make_app(upstream), body)).body == ANSWER
    assert upstream.passed == [("/shop/_search", "", body)]


async def test_without_selections_the_body_goes_out_as_it_came_but_for_the_section() -> None:
    upstream = MemoryUpstream()
    body = b'{ "size" : 1e0,"ext": {"genfacet": {}, "x" :1}, "query":{"match":{"title":"a"}} }'
    reply = await call(make_app(upstream), body, query="pretty")
    assert upstream.fetched == [
        ("/shop/_search", "pretty", b'{ "size" : 1e0,"ext": {"x" :1}, "query":{"match":{"title":"a"}} }')
    ]
    assert reply.body.startswith(ANSWER[:-1] + b',"ext":{"genfacet":{"query_id":')


async def test_a_selection_changes_body_and_query_string() -> None:
    upstream = MemoryUpstream()
    body = json.dumps({"size": 1, "ext": {"genfacet": {"selected": {"brand": ["A&B"]}}}}).encode()
    await call(make_app(upstream), body, query="q=red%20shoe&routing=a%2Bb&pretty")
    path, query, sent = upstream.fetched[0]
    assert (path, query) == ("/shop/_search", "routing=a%2Bb&pretty=")
    assert sent is not None
    assert b'"red shoe"' in sent
    assert b'{"terms":{"brand":["A&B"]}}' in sent


async def test_equal_searches_of_a_msearch_are_counted_once() -> None:
    upstream = MemoryUpstream()
    line = b'{}\n{"query":{"match":{"title":"a"}},"ext":{"genfacet":{}}}\n'
    await call(make_app(upstream), line * 5, "/shop/_msearch")
    assert len(upstream.fetched) == 1
    stages = [sibling.stage for sibling in upstream.siblings]
    assert len(stages) == len(set(stages)) > 0


async def test_a_client_that_hangs_up_ends_what_runs_for_it() -> None:
    assert (await call(make_app(MemoryUpstream(hangs=True)), b"{}", stays=False)).status == 0


async def test_elasticsearch_out_of_reach_is_a_502_in_its_own_shape() -> None:
    reply = await call(make_app(MemoryUpstream(fails=ConnectionRefusedError())), b"{}")
    error = json.loads(reply.body)
    assert reply.status == error["status"] == 502
    assert error["error"]["reason"] == "Elasticsearch cannot be reached: ConnectionRefusedError"


@pytest.mark.parametrize("path", ["/_genfacet/healthz", "/_genfacet/readyz", "/_genfacet/metrics"])
async def test_status_pages_cannot_be_posted_to(path: str) -> None:
    assert (await call(make_app(MemoryUpstream()), b"{}", path)).status == 405


WORDS = st.text(max_size=5) | st.sampled_from(["query", "match", "bool", "must", "title"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=5) | st.sampled_from(["query", "match", "bool", "must", "title"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(["brand", "price", "~use", "x"])
SECTIONS = JSON | st.fixed_dictionaries(
    {},
    optional={
        "selected": st.dictionaries(
            st.sampled_from(["brand", "price", "~use", "x"]), st.lists(st.text() | JSON, max_size=3)
        )
        | JSON,
        "mode": st.sampled_from(["filter", "soft", "rewrite", "auto"]) | JSON,
        "rewritten": st.text(max_size=9) | JSON,
        "user_query": st.text(max_size=9) | JSON,
        "size": st.integers(-1, 30) | JSON,
        "values": st.integers(-1, 60) | JSON,
        "client_id": st.text(max_size=9) | JSON,
        "explain": JSON,
    },
)
KEYS = [
    "query",
    "knn",
    "retriever",
    "post_filter",
    "sort",
    "from",
    "search_after",
    "pit",
    "min_score",
    "aggs",
    "suggest",
]
BODIES = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), JSON, max_size=4)


@hypothesis_settings(max_examples=300, deadline=None)
@given(
    BODIES,
    SECTIONS,
    st.sampled_from(["", "q=a", "q=%00&df=title", "terminate_after=" + "9" * 20, "filter_path=ext", "pretty&=&&a"]),
)
def test_no_body_makes_the_sidecar_fail(body: dict[str, Any], section: Any, query: str) -> None:
    raw = json.dumps({**body, "ext": {"genfacet": section}}).encode()
    for path, sent in (("/shop/_search", raw), ("/shop/_msearch", b"{}\n" + raw + b"\n")):
        reply = asyncio.run(call(make_app(MemoryUpstream()), sent, path, query))
        assert reply.status in {200, 400}
        json.loads(reply.body)


@hypothesis_settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | BODIES.map(lambda body: json.dumps(body).encode()))
def test_what_does_not_ask_is_never_changed(body: bytes) -> None:
    upstream = MemoryUpstream()
    for path in ("/shop/_search", "/shop/_msearch", "/_bulk"):
        asyncio.run(call(make_app(upstream), body, path))
    assert [sent for _, _, sent in upstream.passed] == [body] * 3

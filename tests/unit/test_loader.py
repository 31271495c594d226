"""The loader against a transport that answers as Elasticsearch does when it is busy."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from elastic_transport import ApiResponseMeta, BaseNode, HttpHeaders
from elasticsearch import BadRequestError, Elasticsearch

from genfacet.errors import ServerError
from genfacet.loader import IndexPlan, Operation, batches, load, send_batch
from genfacet.products import Line, Product

Answer = tuple[int, object]


def operations(count: int, size: int = 10) -> list[Operation]:
    return [Operation.of(Product(Line(n, b"raw"), str(n), {"id": n, "text": "x" * size})) for n in range(1, count + 1)]


def ids(body: bytes) -> list[str]:
    return [json.loads(line)["index"]["_id"] for line in body.splitlines()[::2]]


@pytest.fixture
def make_client() -> Iterator[Callable[[Callable[[list[str], bytes], Answer]], Elasticsearch]]:
    """A client whose bulk requests a function answers: (ids, body) -> (status, body)."""
    clients = []

    def make(answer: Callable[[list[str], bytes], Answer]) -> Elasticsearch:
        class Node(BaseNode):
            def perform_request(self, method, target, body=None, headers=None, request_timeout=None):
                status, reply = answer(ids(body or b""), body or b"")
                reply_headers = {"x-elastic-product": "Elasticsearch", "content-type": "application/json"}
                meta = ApiResponseMeta(status, "1.1", HttpHeaders(reply_headers), 0.0, self.config)
                return SimpleNamespace(meta=meta, body=json.dumps(reply).encode())

            def close(self):
                pass

        client = Elasticsearch("http://elasticsearch:9200", node_class=Node)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


def items(*statuses: int) -> Answer:
    entries = [
        {"index": {"status": status} | ({"error": {"type": "t", "reason": "r"}} if status > 299 else {})}
        for status in statuses
    ]
    return 200, {"errors": any(status > 299 for status in statuses), "items": entries}


def test_batches_are_bounded_by_number_and_bytes():
    assert [len(batch) for batch in batches(operations(2500))] == [1000, 1000, 500]
    assert [len(batch) for batch in batches(operations(5, size=1_900_000))] == [2, 2, 1]


def test_a_busy_server_gets_only_what_it_refused_again_and_nothing_is_lost(make_client):
    sent: list[list[str]] = []

    def answer(asked, body):
        sent.append(asked)
        return [
            (429, {"error": "busy", "status": 429}),
            items(201, 429, 201),
            items(429),
            items(201),
        ][len(sent) - 1]

    pauses: list[float] = []
    assert send_batch(make_client(answer), "shop", operations(3), pauses.append) == []
    assert sent == [["1", "2", "3"], ["1", "2", "3"], ["2"], ["2"]]
    assert pauses == sorted(pauses)
    assert len(pauses) == 3


def test_a_server_that_stays_busy_is_an_error(make_client):
    client = make_client(lambda asked, body: (503, {"error": "down", "status": 503}))
    with pytest.raises(ServerError, match="stayed too busy") as caught:
        send_batch(client, "shop", operations(2), lambda pause: None)
    assert caught.value.status == 503


def test_a_refused_product_is_rejected_with_the_innermost_cause(make_client):
    error = {"type": "parsing", "reason": "failed", "caused_by": {"caused_by": {"reason": "For input: x"}}}
    reply = {"errors": True, "items": [{"index": {"status": 201}}, {"index": {"status": 400, "error": error}}]}
    rejects = []
    loaded = load(make_client(lambda asked, body: (200, reply)), "shop", operations(2), rejects.append)
    assert loaded == 1
    assert [(r.line.number, r.reason) for r in rejects] == [(2, "parsing: failed (For input: x)")]


def test_a_request_too_large_is_halved_down_to_the_product_that_is(make_client):
    def answer(asked, body):
        return (413, {"error": "large", "status": 413}) if "3" in asked else items(*[201] * len(asked))

    rejects = []
    assert load(make_client(answer), "shop", operations(5), rejects.append) == 4
    assert [r.line.number for r in rejects] == [3]


def test_any_other_error_ends_the_load(make_client):
    client = make_client(lambda asked, body: (400, {"error": {"reason": "no"}, "status": 400}))
    with pytest.raises(BadRequestError):
        load(client, "shop", operations(3000), lambda reject: None)


def test_limits_are_named_only_where_products_need_more():
    small = IndexPlan("shop", {}, fields=20, nested_objects=200).settings()
    assert small == {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "-1"}
    large = IndexPlan("shop", {}, shards=3, replicas=1, fields=1200, nested_objects=12_000).settings()
    assert large["mapping.total_fields.limit"] > 1200
    assert large["mapping.nested_objects.limit"] > 12_000
    assert (large["number_of_shards"], large["number_of_replicas"]) == (3, 1)

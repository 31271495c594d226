"""What a proxy passes on of headers, and which requests it looks into."""

import gzip

import pytest

from genfacet.errors import SettingsError
from genfacet.settings import ElasticsearchSettings
from genfacet.sidecar.bodies import hits_total, is_error, packed, plain_body, read_asked
from genfacet.sidecar.messages import Reply, Request, end_to_end, error_reply, forwarded
from genfacet.sidecar.routes import Route, params_of, read_route
from genfacet.sidecar.upstream import Upstream, credentials_of

LIMIT = 1000


def request(path: str = "/shop/_search", method: str = "POST", **headers: str) -> Request:
    return Request(method, path, "", tuple((k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()))


def test_headers_of_one_connection_stay_behind_and_all_others_keep_their_order() -> None:
    headers = [
        (b"Warning", b"one"),
        (b"Connection", b"keep-alive, X-Private, Authorization"),
        (b"Keep-Alive", b"timeout=5"),
        (b"X-Private", b"1"),
        (b"Transfer-Encoding", b"chunked"),
        (b"authorization", b"ApiKey x"),
        (b"Warning", b"two"),
    ]
    assert end_to_end(headers) == [(b"warning", b"one"), (b"authorization", b"ApiKey x"), (b"warning", b"two")]


def test_the_next_server_gets_a_host_and_a_length_of_its_own() -> None:
    came = request(host="shop.example", content_length="9", x_opaque_id="ü", te="trailers")
    assert forwarded(came) == [("x-opaque-id", "ü")]


def test_siblings_carry_credentials_alone() -> None:
    came = request(cookie="a=b", authorization="Basic x", es_security_runas_user="ann", accept="text/plain")
    assert credentials_of(came) == [("authorization", "Basic x"), ("es-security-runas-user", "ann")]


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/_search", Route("search", None)),
        ("POST", "/shop/_search", Route("search", "shop")),
        ("POST", "/shop/_search/", Route("search", "shop")),
        ("POST", "/a%2Cb,c*/_msearch", Route("msearch", "a,b,c*")),
        ("POST", "/%3Clogs-%7Bnow%2Fd%7D%3E/_search", Route("search", "<logs-{now/d}>")),
        ("POST", "/_msearch", Route("msearch", None)),
        ("PUT", "/shop/_search", None),
        ("HEAD", "/shop/_search", None),
        ("POST", "/_search/scroll", None),
        ("POST", "/shop/_search/template", None),
        ("POST", "/_msearch/template", None),
        ("POST", "/shop/search", None),
        ("POST", "/shop/_doc/_search", None),
        ("POST", "/_async_search", None),
        ("GET", "/", None),
    ],
)
def test_routes(method: str, path: str, route: Route | None) -> None:
    assert read_route(Request(method, path, "")) == route


def test_the_last_of_a_repeated_parameter_holds() -> None:
    assert params_of("a=1&pretty&a=2%20x&b=") == {"a": "2 x", "pretty": "", "b": ""}


@pytest.mark.parametrize(
    ("raw", "headers", "text"),
    [
        (b"{}", {"content_type": "application/json; charset=utf-8"}, b"{}"),
        (b"{}", {"content_type": "application/vnd.elasticsearch+json;compatible-with=9"}, b"{}"),
        (b"", {}, b""),
        (b"{}", {}, None),
        (b"{}", {"content_type": "application/cbor"}, None),
        (gzip.compress(b"{}"), {"content_type": "application/json", "content_encoding": "GZIP"}, b"{}"),
        (b"{}", {"content_type": "application/json", "content_encoding": "gzip"}, None),
        (b"{}", {"content_type": "application/json", "content_encoding": "zstd"}, None),
        (gzip.compress(b"{}")[:-3], {"content_type": "application/json", "content_encoding": "gzip"}, None),
        (gzip.compress(b" " * 10**7), {"content_type": "application/json", "content_encoding": "gzip"}, None),
    ],
)
def test_only_json_of_a_bounded_size_is_looked_into(raw: bytes, headers: dict[str, str], text: bytes | None) -> None:
    assert plain_body(request(**headers), raw, LIMIT) == text


def test_what_a_body_asks_for() -> None:
    assert read_asked(b'{"size":1}', always=False) is None
    assert read_asked(b'{"ext":{"other":1},"note":"genfacet"}', always=False) is None
    assert read_asked(b"", always=False) is None
    asked = read_asked(b'{"size":1, "ext": {"genfacet": {"size": 2}}}', always=False)
    assert asked is not None
    assert (asked.raw, asked.body, asked.section) == (b'{"size":1}', {"size": 1}, {"size": 2})
    unasked = read_asked(b'{"size":1}', always=True)
    assert unasked is not None
    assert (unasked.raw, unasked.section) == (b'{"size":1}', {})
    assert read_asked(b"[1]", always=True) is None
    null = read_asked(b'{"ext":{"genfacet":null}}', always=True)
    assert null is not None
    assert null.section is None


@pytest.mark.parametrize(
    ("body", "total"),
    [
        (b'{"hits":{"total":{"value":0,"relation":"eq"}}}', 0),
        (b'{"hits":{"total":7}}', 7),
        (b'{"hits":{"hits":[{},{}]}}', 2),
        (b'{"hits":{"hits":[]}}', 0),
        (b'{"took":3}', 1),
        (b"garbage", 1),
    ],
)
def test_hits_of_an_answer(body: bytes, total: int) -> None:
    assert hits_total(body) == total


def test_errors_among_the_items_of_a_msearch() -> None:
    assert is_error(b' {\n  "error" : {}, "status": 404}')
    assert not is_error(b'{"took":1,"hits":{"hits":[{"_source":{"error":1}}]},"status":200}')


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [("gzip, deflate", True), ("br;q=1, gzip;q=0.5", True), ("gzip;q=0", False), ("identity", False), ("", False)],
)
async def test_answers_are_compressed_for_clients_that_take_that(accepted: str, compressed: bool) -> None:
    reply = Reply(200, ((b"content-type", b"application/json"), (b"content-length", b"2")), b"{}")
    new = await packed(reply, b'{"a":1}', request(accept_encoding=accepted))
    assert dict(new.headers)[b"content-length"] == str(len(new.body)).encode()
    assert (gzip.decompress(new.body) if compressed else new.body) == b'{"a":1}'
    assert ((b"content-encoding", b"gzip") in new.headers) is compressed


def test_an_error_has_elasticsearchs_shape() -> None:
    cause = b'{"type":"illegal_argument_exception","reason":"no"}'
    assert error_reply(400, "illegal_argument_exception", "no").body == (
        b'{"error":{"root_cause":[' + cause + b'],"type":"illegal_argument_exception","reason":"no"},"status":400}'
    )


@pytest.mark.parametrize("url", ["localhost:9200", "ftp://host", "http://", "http://host:port"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="http://localhost:9200"):
        Upstream(ElasticsearchSettings(url=url))

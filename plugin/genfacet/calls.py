"""Calls of an Elasticsearch client as the requests that they stand for, and answers with facets added."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import orjson
from elastic_transport import ApiResponseMeta, HttpHeaders, NodeConfig, ObjectApiResponse, OrjsonSerializer
from elasticsearch import ApiError, BadRequestError, TransportError, UnsupportedProductError

from genfacet.body import Body
from genfacet.control import DOCUMENT, Control, State, read_state
from genfacet.errors import RequestError, error_body
from genfacet.exchange import Outcome
from genfacet.planning import Plan
from genfacet.runner import SiblingError
from genfacet.settings import Settings
from genfacet.sibling import Search

JSON_HEADERS = {"accept": "application/json", "content-type": "application/json"}
Response = ObjectApiResponse[Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the client as the request that it stands for."""

    method: str
    path: str
    params: Mapping[str, Any]
    headers: Mapping[str, str]
    body: Any
    options: Mapping[str, Any]

    @property
    def target(self) -> str | None:
        """The index expression of the path."""
        index = (self.options.get("path_parts") or {}).get("index")
        return unquote(index) if index else None


class RecordedError(Exception):
    """Carries a call out of the client before it is sent."""

    def __init__(self, request: Call) -> None:
        self.request = request


def record_call(
    method: str,
    path: str,
    *,
    params: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    **options: Any,
) -> Any:
    """Stands in for ``perform_request`` of a client; raises RecordedError instead of sending."""
    whole = list(body) if isinstance(body, Iterator) else body  # it is read here and sent afterwards
    raise RecordedError(Call(method, path, params or {}, headers or {}, whole, options))


def plain_body(client: Any, body: Any) -> Any:
    """The body as the client writes it: dates, decimals and the like become what Elasticsearch reads.

    Raises the client's own SerializationError, and RequestError for what it writes and is no JSON (NaN).
    """
    serializer = client.transport.serializers.get_serializer("application/json")
    try:
        return orjson.loads(serializer.dumps(body))
    except orjson.JSONDecodeError:
        raise RequestError("the search is nested too deeply, or holds what is no JSON") from None


def read_lines(body: Any) -> list[Any] | None:
    """The header and body lines of an msearch; None where they are no pairs: that is Elasticsearch's to refuse."""
    if isinstance(body, str | bytes):
        text = body.encode() if isinstance(body, str) else body
        lines: list[Any] = text.removesuffix(b"\n").split(b"\n")
    else:
        lines = list(body)
    try:
        read = [orjson.loads(line or b"{}") if isinstance(line, str | bytes) else line for line in lines]
    except orjson.JSONDecodeError:
        return None
    return None if len(read) % 2 else read


def take_section(body: Any) -> tuple[Any, Body] | None:
    """The section ``ext.genfacet`` and the body without it; None where the body has no such section."""
    ext = body.get("ext") if isinstance(body, Mapping) else None
    if not isinstance(ext, Mapping) or "genfacet" not in ext:
        return None
    others = {key: value for key, value in ext.items() if key != "genfacet"}
    kept = {key: value for key, value in body.items() if key != "ext"}
    return ext["genfacet"], {**kept, "ext": others} if others else kept


def plan_or_refuse(plan: Callable[[], Plan | None]) -> Plan | None:
    """The plan; a malformed section is refused as Elasticsearch refuses a malformed body."""
    try:
        return plan()
    except RequestError as error:
        meta = ApiResponseMeta(400, "1.1", HttpHeaders(), 0.0, NodeConfig("http", "genfacet", 1))
        raise BadRequestError("illegal_argument_exception", meta, error_body(str(error))) from None


def url_text(value: Any) -> str:
    """A parameter as the client writes it into the URL."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def credentials_digest(client: Any) -> str:
    """A digest of the credentials of a client: callers with equal ones share cached facets."""
    headers = getattr(client, "_headers", {})
    named = [headers.get(name, "") for name in ("authorization", "es-security-runas-user")]
    return hashlib.sha256("\n".join(named).encode()).hexdigest()


def sibling_transport(client: Any) -> Any:
    """A transport of its own to the same nodes: a slow sibling must not mark the application's nodes as dead, nor
    take its connections, and is never sent twice."""
    nodes = client.transport.node_pool.all()
    serializer = OrjsonSerializer()
    return type(client.transport)(
        [node.config for node in nodes],
        node_class=type(nodes[0]),
        max_retries=0,
        retry_on_timeout=False,
        serializers={"application/json": serializer, "application/vnd.elasticsearch+json": serializer},
    )


def sibling_client(client: Any, transport: Any = None) -> Any:
    """The same client, its credentials and headers, on a transport for siblings."""
    siblings = client.options(max_retries=0, retry_on_timeout=False, ignore_status=())
    siblings._transport = transport if transport is not None else sibling_transport(client)
    return siblings


def sibling_error(error: ApiError | TransportError) -> SiblingError:
    """What came of a sibling, without any content of it."""
    if isinstance(error, UnsupportedProductError):
        return SiblingError("a sibling was answered by something that is not Elasticsearch")
    if isinstance(error, ApiError):
        return SiblingError(f"a sibling was answered with status {error.meta.status}")
    return SiblingError(f"a sibling was not answered: {type(error).__name__}")


def json_object(answer: Response) -> Mapping[str, Any]:
    """The body of an answer; raises SiblingError where it is no object."""
    if not isinstance(answer.body, Mapping):
        raise SiblingError("a sibling was answered with something that is no JSON object")
    return answer.body


def response_total(response: Response) -> int | None:
    """The hits of a response; None where it is an error that the client was told to ignore, or no JSON object."""
    return item_total(response.body) if isinstance(response.body, Mapping) else None


def item_total(item: Mapping[str, Any]) -> int | None:
    """The hits of one answer of an msearch; None where it is an error."""
    return None if "error" in item else hits_total(item)


def hits_total(body: Mapping[str, Any]) -> int:
    """Hits of an answer; those on the page where the total is not tracked.

    Where both are filtered out of the answer nothing says that there are none, and 1 stands for some.
    """
    hits = body.get("hits") or {}
    total = hits.get("total")
    if isinstance(total, Mapping):
        return int(total.get("value", 1))
    return int(total) if total is not None else len(hits.get("hits", "?"))


def with_section(response: Response, written: Mapping[str, Any] | None) -> Response:
    """The response with ``ext.genfacet`` added, where there is something to add."""
    if written is not None:
        response.body.setdefault("ext", {})["genfacet"] = written
    return response


def only_plans(plans: Sequence[Any]) -> list[Plan | None]:
    """The plans, None for items without one."""
    return [plan if isinstance(plan, Plan) else None for plan in plans]


def executed_lines(searches: Sequence[Any], plans: Sequence[Any]) -> list[Any]:
    """The header/body pairs that go to Elasticsearch; malformed items stay at home."""
    lines: list[Any] = []
    for header, body, plan in zip(searches[::2], searches[1::2], plans, strict=True):
        if not isinstance(plan, RequestError):
            lines += [header, plan.executed.body if isinstance(plan, Plan) else body]
    return lines


class UnpairedError(Exception):
    """The answer of an msearch has not one item for every search: a ``filter_path`` has thinned them out."""


def read_items(response: Response, plans: Sequence[Any]) -> list[Mapping[str, Any]]:
    """The answers of an msearch in the order of its searches; raises UnpairedError."""
    responses = response.body.get("responses") if isinstance(response.body, Mapping) else None
    sent = sum(not isinstance(plan, RequestError) for plan in plans)
    if not isinstance(responses, list) or len(responses) != sent:
        raise UnpairedError
    return spread_items(responses, plans)


def spread_items(responses: Sequence[Any], plans: Sequence[Any]) -> list[Mapping[str, Any]]:
    """The responses in the order of all items, errors for the malformed ones among them."""
    answered = iter(responses)
    return [error_body(str(plan)) if isinstance(plan, RequestError) else next(answered) for plan in plans]


def line_of(search: Search, request: Call) -> list[Any]:
    """Header and body of one search of an msearch, for sending it again alone in a request like the first."""
    shared = {key: url_text(value) for key, value in request.params.items()}
    header = {key: value for key, value in search.params.items() if shared.get(key) != value}
    return [header if search.target is None else {"index": search.target, **header}, search.body]


def error_item(error: ApiError) -> dict[str, Any]:
    """An error of a whole request as that of an item."""
    body = error.body if isinstance(error.body, Mapping) else error_body(error.message, status=error.meta.status)
    return {**body, "status": error.meta.status}


def with_items(
    response: Response,
    outcomes: Sequence[Outcome[Mapping[str, Any]] | None],
    plans: Sequence[Any],
    write: Callable[[Outcome[Any]], dict[str, Any] | None],
) -> Response:
    """The response of an msearch with facets added to its items."""
    items: list[Mapping[str, Any]] = []
    for item, outcome in zip(spread_items(response["responses"], plans), outcomes, strict=True):
        written = write(outcome) if outcome is not None else None
        answered = outcome.response if outcome is not None else item
        ext = {**answered.get("ext", {}), "genfacet": written}
        items.append(answered if written is None else {**answered, "ext": ext})
    response.body["responses"] = items
    return response


def control_path(settings: Settings) -> str:
    """The path of the control document."""
    return f"/{settings.control.index}/_doc/{DOCUMENT}"


def take_control(control: Control, answer: Response | ApiError | TransportError) -> None:
    """Takes over what was read; no document means the defaults, anything unreadable leaves what was known."""
    if isinstance(answer, ApiError):
        if answer.meta.status == 404:
            return control.update(State())
        return control.complain(f"Elasticsearch answered with status {answer.meta.status}")
    if isinstance(answer, TransportError):
        return None  # what does not answer this fails the application's searches too, and says so there
    state = read_state(answer.body.get("_source", {})) if isinstance(answer, ObjectApiResponse) else None
    return control.complain("it is malformed") if state is None else control.update(state)

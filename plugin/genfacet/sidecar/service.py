"""What all requests of one sidecar share: configuration, engine, connections, metrics, and who is asking."""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from genfacet.body import Body
from genfacet.control import DOCUMENT, Control, State, read_state
from genfacet.engine import Engine, section
from genfacet.errors import RequestError
from genfacet.exchange import AsyncExchange, Outcome
from genfacet.planning import Plan
from genfacet.request import read_request
from genfacet.runner import AsyncRunner, AsyncSend, failure
from genfacet.settings import Settings
from genfacet.sibling import Search
from genfacet.sidecar.filterpath import filter_member
from genfacet.sidecar.messages import Request
from genfacet.sidecar.metrics import Metrics
from genfacet.sidecar.upstream import UNREACHABLE, Upstream, credentials_of
from genfacet.sources import source_names
from genfacet.students import open_student


@dataclass(frozen=True)
class Service:
    """The parts of a sidecar."""

    settings: Settings
    engine: Engine
    runner: AsyncRunner
    exchange: AsyncExchange
    upstream: Upstream
    metrics: Metrics
    control: "ControlWatch"

    @property
    def has_always(self) -> bool:
        """Whether some index is configured with ``inject: always``."""
        return any(index.inject == "always" for index in self.settings.indices.values())

    def always(self, target: str | None) -> bool:
        """Whether every search of this index expression gets facets."""
        found = self.engine.index(target)
        return found is not None and found[1].inject == "always"

    def plan(self, search: Search, asked: Any, request: Request) -> Plan:
        """The plan of a search with its section; raises RequestError."""
        self.control.look()
        facets = read_request(asked, source_names())
        try:
            return self.engine.plan(search, facets, self.audience(request))
        except RecursionError as error:
            raise nested_too_deeply(error) from None

    def sender(self, request: Request) -> AsyncSend:
        """Sends siblings under the credentials of a request's caller."""
        credentials = credentials_of(request)
        return lambda sibling: self.upstream.ask(sibling, credentials)

    def audience(self, request: Request) -> str:
        """Whose cached facets a caller shares."""
        options = self.settings.audience
        if options.name is not None:
            return options.name
        if options.header is not None:
            named = request.header(options.header.lower().encode())
            if named is not None:
                return named.decode("latin-1")
        parts = [request.header(name) or b"" for name in (b"authorization", b"es-security-runas-user")]
        return hashlib.sha256(b"\n".join(parts)).hexdigest()

    def written(self, outcome: Outcome[Any], above: tuple[str, ...], filter_path: str | None) -> Any:
        """The section of an answer, where ``filter_path`` leaves something of it; and what it adds to the metrics."""
        if outcome.answer is None:
            return None
        answer = outcome.answer
        self.metrics.time(outcome.seconds)
        self.metrics.count_facets(facet.source for facet in answer.facets)
        whole = section(outcome.plan, answer, outcome.took_ms, self.engine.control.state.shadow)
        return filter_member(whole, above, filter_path)


def encode_body(body: Body) -> bytes:
    """A body that was changed, as it is sent; raises RequestError."""
    try:
        return orjson.dumps(body)
    except TypeError as error:
        raise nested_too_deeply(error) from None


def nested_too_deeply(error: Exception) -> Exception:
    """What to raise for an error that a search nested too deeply has caused; any other error is raised as it is."""
    # orjson says so by a TypeError. Elasticsearch takes no query of such a depth either.
    if isinstance(error, RecursionError) or "ecursion" in str(error):
        return RequestError("the search is nested too deeply")
    return error


def outcome_name(outcome: Outcome[Any]) -> str:
    """How a search with facets went, in a word for metrics."""
    if outcome.answer is None:
        return "error"
    if outcome.answer.timed_out:
        return "late"
    return "facets" if outcome.answer.exact and outcome.answer.facets else "no_facets"


class ControlWatch:
    """Reads the control document in the background."""

    def __init__(self, control: Control, index: str, upstream: Upstream, runner: AsyncRunner) -> None:
        self._control, self._upstream, self._runner = control, upstream, runner
        self._path = f"/{index}/_doc/{DOCUMENT}"

    def look(self) -> None:
        """Starts reading where it is due; never waits."""
        if self._control.is_due():
            self._runner.submit(self._read())

    async def _read(self) -> None:
        try:
            status, content = await self._upstream.serve(self._path)
            self._take(status, content)
        except UNREACHABLE as error:
            self._control.complain(type(error).__name__)
        except Exception as error:  # the last state holds on
            self._control.complain(failure(error))

    def _take(self, status: int, content: bytes) -> None:
        if status == 404:
            state: State | None = State()
        elif status == 200:
            state = _state(content)
        else:
            return self._control.complain(f"Elasticsearch answered with status {status}")
        if state is None:
            return self._control.complain("it is malformed")
        return self._control.update(state)


def _state(content: bytes) -> State | None:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    source = document.get("_source") if isinstance(document, dict) else None
    return read_state(source) if isinstance(source, dict) else None


def open_service(settings: Settings) -> Service:
    """The parts of a sidecar, put together; ``upstream.open`` connects them."""
    control = Control(settings.control.refresh_s)
    engine = Engine(settings, control)
    runner = AsyncRunner(engine, open_student(settings.student))
    upstream = Upstream(settings.elasticsearch)
    watch = ControlWatch(control, settings.control.index, upstream, runner)
    return Service(settings, engine, runner, AsyncExchange(engine, runner), upstream, Metrics(), watch)

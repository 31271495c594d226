"""The sidecar's own endpoints: ``/_genfacet/…``."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any
from urllib.parse import unquote

import orjson

from genfacet.engine import Answer
from genfacet.errors import RequestError
from genfacet.exchange import Outcome
from genfacet.generation import read_generation
from genfacet.planning import Plan
from genfacet.request import FacetRequest
from genfacet.sibling import Search
from genfacet.sidecar.bodies import Asked, plain_body, read_asked
from genfacet.sidecar.messages import Reply, Request, bytes_reply, error_reply, json_reply
from genfacet.sidecar.metrics import CONTENT_TYPE
from genfacet.sidecar.routes import params_of
from genfacet.sidecar.search import SECTION
from genfacet.sidecar.service import Service, outcome_name
from genfacet.sidecar.upstream import UNREACHABLE
from genfacet.template import fill_template

HEALTHZ = "/_genfacet/healthz"
READYZ = "/_genfacet/readyz"
METRICS = "/_genfacet/metrics"
FACETS = "/_genfacet/facets/"
STUDENT = "/_genfacet/student"
MAX_DEADLINE_MS = 5000
_NUMBERS = {"size", "values", "deadline_ms"}
_FLAGS = {"explain"}
_SECTION_KEYS = FacetRequest.model_fields.keys() - {"size", "explain"}
_TEXTS = {"mode", "source", "locale", "session_id", "client_id"}


async def answer_own(service: Service, request: Request, raw: bytes) -> Reply:
    """The answer of an endpoint of the sidecar itself; raises RequestError for a malformed request."""
    path = request.path.rstrip("/")
    allowed = ("POST",) if path == STUDENT else ("GET", "POST") if path.startswith(FACETS) else ("GET", "HEAD")
    if request.method not in allowed:
        return _error(405, f"[{request.method}] is not allowed here, only {' and '.join(allowed)}")
    if path == HEALTHZ:
        return json_reply(200, {"status": "ok"})
    if path == READYZ:
        return await _answer_ready(service)
    if path == METRICS:
        return bytes_reply(200, service.metrics.exposition(), CONTENT_TYPE)
    if path == STUDENT:
        return await _answer_student(service, raw)
    if path.startswith(FACETS):
        return await _answer_facets(service, request, unquote(path.removeprefix(FACETS)), raw)
    return _error(
        404, f"the sidecar has no endpoint [{path}], only {HEALTHZ}, {READYZ}, {METRICS}, {STUDENT} and {FACETS}<index>"
    )


async def _answer_ready(service: Service) -> Reply:
    try:
        status, _ = await service.upstream.serve("/")
    except UNREACHABLE:
        return json_reply(503, {"status": "not ready", "reason": "Elasticsearch cannot be reached"})
    if status >= 500:
        return json_reply(503, {"status": "not ready", "reason": f"Elasticsearch answered with status {status}"})
    return json_reply(200, {"status": "ready"})


async def _answer_student(service: Service, raw: bytes) -> Reply:
    """The answer of this process's model to a question of a hook elsewhere."""
    try:
        generation = read_generation(orjson.loads(raw))
    except ValueError as error:
        raise RequestError(f"no question to a student: {error}") from None
    answer = await service.runner.ask(generation)
    service.metrics.count("student", "answered" if answer.finished else "late")
    return json_reply(200, asdict(answer))


async def _answer_facets(service: Service, request: Request, index: str, raw: bytes) -> Reply:
    """Facets without hits."""
    started = time.perf_counter()
    found = service.engine.index(index)
    if found is None:
        return _error(404, f"the index [{index}] is not configured: `genfacet init` writes its configuration")
    params = params_of(request.query)
    asked = _read_body(service, request, raw)
    words = params.pop("q", None)
    body = asked.body
    if words is not None:
        if body:
            raise RequestError("give the search either as a body or as [q], not both")
        body = fill_template(found[1].search.template, words)
    elif not body:
        raise RequestError("give a search: a body, or the shopper's words as [q]")
    misplaced = sorted(_SECTION_KEYS & body.keys())
    if misplaced:  # the search itself is never sent, so that Elasticsearch would not refuse them
        raise RequestError(f"[{misplaced[0]}] stands in [ext.genfacet] of a body, or in the URL")
    section = asked.section
    if isinstance(section, Mapping):
        # Nobody waits for hits here, so that only the longest deadline bounds the facets.
        section = {"user_query": words, "deadline_ms": MAX_DEADLINE_MS, **section, **_read_params(params)}
    plan = service.plan(Search(index, {}, body), section, request)
    outcome = await _compute(service, request, plan, started)
    service.metrics.count("facets", outcome_name(outcome))
    return json_reply(200, {"ext": {"genfacet": service.written(outcome, SECTION, None)}})


async def _compute(service: Service, request: Request, plan: Plan, started: float) -> Outcome[None]:
    while True:
        run = service.runner.start(plan, service.sender(request))
        try:
            answer = await run.wait((plan.request.deadline_ms or 0) / 1000)
        finally:
            run.cancel()
        better = _better(service, plan, answer)
        if better is None:
            took_ms = round((time.perf_counter() - started) * 1000)
            return Outcome(plan, None, answer, took_ms, run.timings.seconds)
        plan = better


def _better(service: Service, plan: Plan, answer: Answer) -> Plan | None:
    relaxed = service.engine.relaxed(plan, answer.total) if answer.total is not None else None
    return relaxed or service.engine.without_missing(plan, answer)


def _read_body(service: Service, request: Request, raw: bytes) -> Asked:
    text = plain_body(request, raw, service.settings.sidecar.max_body_bytes)
    asked = read_asked(text, always=True) if text is not None else None
    if asked is None:
        raise RequestError("the body must be a JSON object, with a JSON content type")
    return asked


def _read_params(params: Mapping[str, str]) -> dict[str, Any]:
    """The keys of ``ext.genfacet`` that the URL may hold."""
    read: dict[str, Any] = {}
    for key, value in params.items():
        if key in _NUMBERS:
            read[key] = _number(key, value)
        elif key in _FLAGS:
            read[key] = value in {"", "true"}
        elif key in _TEXTS:
            read[key] = value
        else:
            nearest = get_close_matches(key, ["q", *_NUMBERS, *_FLAGS, *_TEXTS], n=1, cutoff=0.5)
            raise RequestError(f"unknown parameter [{key}]" + (f", did you mean [{nearest[0]}]?" if nearest else ""))
    return read


def _number(key: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise RequestError(f"[{key}] must be a whole number")
    return int(value)


def _error(status: int, reason: str) -> Reply:
    type_ = "resource_not_found_exception" if status == 404 else "illegal_argument_exception"
    return error_reply(status, type_, reason)

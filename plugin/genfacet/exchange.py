"""A user's search and its facets, side by side: one search, or many in one request; waiting or awaiting.

``execute`` sends a search to Elasticsearch as the user's own and returns its response, whatever the caller's type of
response is; ``total`` reads the number of hits from one, None where it is an error. The user's search always goes out
at once. A second round replaces the first only where it found nothing for a reason that can be mended: a rewrite
without results, or a selection that exists in the index no more.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import orjson

from genfacet.engine import Answer, Engine
from genfacet.planning import Plan
from genfacet.runner import AsyncRun, AsyncRunner, AsyncSend, Run, Runner, Send
from genfacet.sibling import Search, matching_part

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[R]):
    """What a search came to: the plan that was executed in the end, its response, and the facets.

    ``answer`` is None where Elasticsearch answered the user's search with an error. ``seconds`` by stage of siblings.
    """

    plan: Plan
    response: R
    answer: Answer | None
    took_ms: int
    seconds: dict[str, float]


class Exchange:
    """Searches of a synchronous caller."""

    def __init__(self, engine: Engine, runner: Runner) -> None:
        self._engine, self._runner = engine, runner

    def search(
        self,
        plan: Plan,
        execute: Callable[[Search], R],
        send: Send,
        total: Callable[[R], int | None],
        until: float | None = None,
    ) -> Outcome[R]:
        """Executes a plan, and waits for its rewrite and its facets, ``deadline_ms`` in all, or until a moment."""
        started = time.perf_counter()
        waited = 0.0
        if until is None:  # the items of an _msearch wait for no rewrite of one of them
            plan = self._runner.improve(plan, send)
            waited = time.perf_counter() - started
        while True:
            run = self._runner.start(plan, send)
            try:
                response = execute(plan.executed)
                begun = time.perf_counter()
                left = max(0.0, _deadline(plan) - waited) if until is None else _left(until)
                outcome, better = self._settle(plan, run, response, total(response), started, left)
                waited += time.perf_counter() - begun
            finally:
                run.cancel()
            if better is None:
                return outcome
            plan = better

    def msearch(
        self,
        plans: Sequence[Plan | None],
        execute: Callable[[], Sequence[R]],
        execute_one: Callable[[Search], R],
        send: Send,
        total: Callable[[R], int | None],
    ) -> list[Outcome[R] | None]:
        """Executes many plans in one request: one computation for equal ones, one deadline for all."""
        started = time.perf_counter()
        runs = self._start_all(plans, send)
        outcomes: list[Outcome[R] | None] = []
        try:
            responses = execute()
            end = time.monotonic() + min(map(_deadline, filter(None, plans)), default=0.0)
            for plan, response in zip(plans, responses, strict=True):
                if plan is None:
                    outcomes.append(None)
                    continue
                run, left = runs[_run_key(plan)], _left(end)
                outcome, better = self._settle(plan, run, response, total(response), started, left)
                if better is not None:
                    outcome = self.search(better, execute_one, send, total, end)
                outcomes.append(outcome)
        finally:
            for run in runs.values():
                run.cancel()
        return outcomes

    def _start_all(self, plans: Sequence[Plan | None], send: Send) -> dict[str, Run]:
        """One run for all equal plans."""
        runs: dict[str, Run] = {}
        for plan in filter(None, plans):
            key = _run_key(plan)
            if key not in runs:
                runs[key] = self._runner.start(plan, send)
        return runs

    def _settle(
        self, plan: Plan, run: Run, response: R, found: int | None, started: float, left: float
    ) -> tuple[Outcome[R], Plan | None]:
        better = self._engine.relaxed(plan, found) if found is not None else None
        if found is None or better is not None:
            return _outcome(plan, response, None, started, {}), better
        answer = run.wait(left)
        outcome = _outcome(plan, response, answer, started, run.timings.seconds)
        return outcome, self._engine.without_missing(plan, answer)


class AsyncExchange:
    """Searches of an asynchronous caller; see ``Exchange``."""

    def __init__(self, engine: Engine, runner: AsyncRunner) -> None:
        self._engine, self._runner = engine, runner

    async def search(
        self,
        plan: Plan,
        execute: Callable[[Search], Awaitable[R]],
        send: AsyncSend,
        total: Callable[[R], int | None],
        until: float | None = None,
    ) -> Outcome[R]:
        """Executes a plan, and waits for its rewrite and its facets, ``deadline_ms`` in all, or until a moment."""
        started = time.perf_counter()
        waited = 0.0
        if until is None:  # the items of an _msearch wait for no rewrite of one of them
            plan = await self._runner.improve(plan, send)
            waited = time.perf_counter() - started
        while True:
            run = self._runner.start(plan, send)
            try:
                response = await execute(plan.executed)
                begun = time.perf_counter()
                left = max(0.0, _deadline(plan) - waited) if until is None else _left(until)
                outcome, better = await self._settle(plan, run, response, total(response), started, left)
                waited += time.perf_counter() - begun
            finally:
                run.cancel()
            if better is None:
                return outcome
            plan = better

    async def msearch(
        self,
        plans: Sequence[Plan | None],
        execute: Callable[[], Awaitable[Sequence[R]]],
        execute_one: Callable[[Search], Awaitable[R]],
        send: AsyncSend,
        total: Callable[[R], int | None],
    ) -> list[Outcome[R] | None]:
        """Executes many plans in one request: one computation for equal ones, one deadline for all."""
        started = time.perf_counter()
        runs = self._start_all(plans, send)
        outcomes: list[Outcome[R] | None] = []
        try:
            responses = await execute()
            end = time.monotonic() + min(map(_deadline, filter(None, plans)), default=0.0)
            for plan, response in zip(plans, responses, strict=True):
                if plan is None:
                    outcomes.append(None)
                    continue
                run, left = runs[_run_key(plan)], _left(end)
                outcome, better = await self._settle(plan, run, response, total(response), started, left)
                if better is not None:
                    outcome = await self.search(better, execute_one, send, total, end)
                outcomes.append(outcome)
        finally:
            for run in runs.values():
                run.cancel()
        return outcomes

    def _start_all(self, plans: Sequence[Plan | None], send: AsyncSend) -> dict[str, AsyncRun]:
        """One run for all equal plans."""
        runs: dict[str, AsyncRun] = {}
        for plan in filter(None, plans):
            key = _run_key(plan)
            if key not in runs:
                runs[key] = self._runner.start(plan, send)
        return runs

    async def _settle(
        self, plan: Plan, run: AsyncRun, response: R, found: int | None, started: float, left: float
    ) -> tuple[Outcome[R], Plan | None]:
        better = self._engine.relaxed(plan, found) if found is not None else None
        if found is None or better is not None:
            return _outcome(plan, response, None, started, {}), better
        answer = await run.wait(left)
        outcome = _outcome(plan, response, answer, started, run.timings.seconds)
        return outcome, self._engine.without_missing(plan, answer)


def _run_key(plan: Plan) -> str:
    """Equal for plans with equal counts, and of clients that the rollout treats alike.

    ``plan.key`` alone folds the case of words, in which ``OR`` is an operator.
    """
    body = orjson.dumps(matching_part(plan.base), option=orjson.OPT_SORT_KEYS).decode()
    return "\n".join([plan.key, plan.request.client_id or plan.request.session_id or "", body])


def _deadline(plan: Plan) -> float:
    return (plan.request.deadline_ms or 0) / 1000


def _left(end: float) -> float:
    return max(0.0, end - time.monotonic())


def _outcome(plan: Plan, response: R, answer: Answer | None, started: float, seconds: dict[str, float]) -> Outcome[R]:
    return Outcome(plan, response, answer, round((time.perf_counter() - started) * 1000), seconds)

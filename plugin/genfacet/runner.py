"""Runs the engine's generators: in an event loop, or in a bounded pool of threads.

A run works beside the user's search. It can be given up at any time: the asynchronous one is cancelled, the
synchronous one is abandoned to its pool. Whatever goes wrong in it becomes a reason in the answer, never an error.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from threading import Lock, Semaphore, Thread
from typing import Any

from genfacet.engine import Answer, Engine, Shared, Step
from genfacet.generation import Generated, Generation, Student
from genfacet.planning import Plan
from genfacet.rewriting import writing_s
from genfacet.sibling import Sibling

log = logging.getLogger("genfacet")

Reply = Mapping[str, Any]
Send = Callable[[Sibling], Reply]
AsyncSend = Callable[[Sibling], Awaitable[Reply]]


ASKING = 16
"""Searches of an event loop that may wait for the student at once."""
ENDING_S = 1.0
"""How long closing waits for searches that still run: most have ended by then, and connections are closed at once."""
DECIDING, LATER_S = 2, 5.0
"""Rewrites that are decided at once for searches to come, and how long the student may take for one."""
_SILENT = Generated("", True)


class SiblingError(Exception):
    """A sibling was not answered with 200; the message says what came instead, without any of its content."""


@dataclass
class Timings:
    """Seconds by stage, filled while a run goes on."""

    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, stage: str, started: float) -> None:
        """Counts the time since ``started`` towards a stage."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started


def failure(error: BaseException) -> str:
    """A failed run as the reason of an answer. Unexpected errors are logged by their kind and place alone."""
    if isinstance(error, SiblingError):
        return str(error)
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_globals.get('__name__')}:{frame.tb_lineno}" if frame else "?"
    log.warning("facets failed: %s in %s", type(error).__name__, place)
    return f"facets failed: {type(error).__name__}"


def _must_go_on(step: Sibling, error: SiblingError) -> None:
    """Raises the error of a sibling without which the work cannot go on."""
    if not step.service:
        raise error
    log.debug("%s was not answered: %s", step.stage, error)


class AsyncRunner:
    """Runs plans as tasks of the running event loop."""

    def __init__(self, engine: Engine, student: Student | None = None) -> None:
        self._engine, self._student = engine, student
        # Threads that wait for the student; a question that finds none free waits, as long as its search does.
        self._asking = ThreadPoolExecutor(ASKING, thread_name_prefix="genfacet-asking") if student else None
        self._running = self._deciding = 0
        self._shared: dict[str, asyncio.Task[Any]] = {}
        self._others: set[asyncio.Task[None]] = set()

    def start(self, plan: Plan, send: AsyncSend) -> "AsyncRun":
        """Starts computing the facets of a plan; ``send`` asks under the caller's credentials."""
        if self._running >= self._engine.settings.engine.workers:
            return AsyncRun(self._engine, plan, None)
        self._running += 1
        timings = Timings()
        task = asyncio.create_task(self._drive(self._engine.facets(plan), send, timings))
        task.add_done_callback(self._finished)
        return AsyncRun(self._engine, plan, task, timings)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running -= 1
        if not task.cancelled():
            task.exception()  # looked at here, so that one nobody waits for is not logged with all its content

    async def _drive(self, work: Generator[Step, Any, Any], send: AsyncSend, timings: Timings) -> Any:
        reply: Any = None
        while True:
            try:
                step = work.send(reply)
            except StopIteration as stop:
                return stop.value
            if isinstance(step, Shared):
                reply = await asyncio.shield(self._share(step, send, timings))
            elif isinstance(step, Generation):
                started = time.perf_counter()
                reply = await self.ask(step)
                timings.add("student", started)
            else:
                started = time.perf_counter()
                try:
                    reply = await send(step)
                except SiblingError as error:
                    _must_go_on(step, error)
                    reply = None
                timings.add(step.stage, started)

    async def ask(self, generation: Generation) -> Generated:
        """Asks the student; an empty answer where there is none."""
        if self._student is None:
            return _SILENT
        return await asyncio.get_running_loop().run_in_executor(self._asking, self._student.ask, generation)

    async def improve(self, plan: Plan, send: AsyncSend) -> Plan:
        """The plan with a better query, where the student writes one in its share of the deadline; else the same."""
        if self._student is None or not self._engine.may_be_rewritten(plan):
            return plan
        seconds = self._engine.rewriting_s(plan)
        if not seconds:
            if self._deciding < DECIDING:
                self._deciding += 1
                self.submit(self._decide(plan, send))
            return plan
        task = asyncio.create_task(self._drive(self._engine.rewritten(plan, writing_s(plan)), send, Timings()))
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            task.cancel()
            return plan
        try:
            better: Plan = task.result()
        except Exception as error:  # whatever it was, it costs the rewrite only
            failure(error)
            return plan
        return better

    async def _decide(self, plan: Plan, send: AsyncSend) -> None:
        """Decides on a rewrite for the searches that come after this one."""
        try:
            await self._drive(self._engine.rewritten(plan, LATER_S), send, Timings())
        except Exception as error:
            failure(error)
        finally:
            self._deciding -= 1

    def _share(self, step: Shared, send: AsyncSend, timings: Timings) -> "asyncio.Task[Any]":
        task = self._shared.get(step.key)
        if task is None:
            task = asyncio.create_task(self._drive(step.work, send, timings))
            self._shared[step.key] = task
            task.add_done_callback(lambda done: self._forget(step.key, done))
        return task

    def _forget(self, key: str, task: "asyncio.Task[Any]") -> None:
        del self._shared[key]
        if not task.cancelled() and task.exception() is not None:
            log.debug("shared work failed: %s", type(task.exception()).__name__)

    def submit(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs other work in the background."""
        task = asyncio.create_task(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)

    async def close(self) -> None:
        """Ends what still runs."""
        tasks = [*self._shared.values(), *self._others]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._student is not None and self._asking is not None:
            self._student.close()
            self._asking.shutdown(wait=False, cancel_futures=True)


class AsyncRun:
    """The facets of one search, on their way."""

    def __init__(
        self, engine: Engine, plan: Plan, task: "asyncio.Task[Answer] | None", timings: Timings | None = None
    ) -> None:
        self._engine, self._plan, self._task = engine, plan, task
        self.timings = timings or Timings()

    async def wait(self, seconds: float) -> Answer:
        """The answer, at the latest after ``seconds``; what is late is cancelled."""
        if self._task is None:
            return self._engine.uncounted(self._plan, "too many searches at once")
        done, _ = await asyncio.wait({self._task}, timeout=seconds)
        if not done or self._task.cancelled():  # late, now or for another search that shares the run
            self.cancel()
            return self._engine.uncounted(self._plan, "deadline", timed_out=True)
        try:
            return self._task.result()
        except Exception as error:  # whatever it was, it costs facets only
            return self._engine.uncounted(self._plan, failure(error))

    def cancel(self) -> None:
        """Gives up."""
        if self._task is not None:
            self._task.cancel()


class Runner:
    """Runs plans in a bounded pool of threads."""

    def __init__(self, engine: Engine, student: Student | None = None) -> None:
        self._engine, self._student = engine, student
        workers = engine.settings.engine.workers
        # One more for the switch, which has to be read above all where siblings hang in all the others.
        self._pool = ThreadPoolExecutor(workers + DECIDING + 1, thread_name_prefix="genfacet")
        self._free, self._deciding, self._spare = Semaphore(workers), Semaphore(DECIDING), Semaphore(1)
        self._shared: dict[str, Future[Any]] = {}
        self._lock = Lock()

    def start(self, plan: Plan, send: Send) -> "Run":
        """Starts computing the facets of a plan; ``send`` asks under the caller's credentials."""
        timings = Timings()
        future = self._submit(self._free, self.drive, self._engine.facets(plan), send, timings)
        return Run(self._engine, plan, future, timings)

    def submit(self, work: Callable[[], None]) -> None:
        """Runs other work in a thread of its own, one at a time; not at all where the last is still at it."""
        self._submit(self._spare, work)

    def _submit(self, free: Semaphore, work: Callable[..., Any], *args: Any) -> "Future[Any] | None":
        """None where no thread is free."""
        if not free.acquire(blocking=False):
            return None
        try:
            future = self._pool.submit(work, *args)
        except RuntimeError:  # closed, no more threads in the system, or the interpreter is on its way out
            free.release()
            return None
        future.add_done_callback(lambda _: free.release())
        return future

    def close(self, then: Callable[[], object] = lambda: None) -> None:
        """Abandons what still runs, after a moment; ``then`` is called when it has ended.

        It must be what closes connections: threads that wait for one of a closed pool would wait for ever.
        """
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._student is not None:
            self._student.close()
        ending = Thread(target=self._end, args=(then,), name="genfacet-ending", daemon=True)
        ending.start()
        ending.join(ENDING_S)

    def _end(self, then: Callable[[], object]) -> None:
        self._pool.shutdown(wait=True)
        then()

    def improve(self, plan: Plan, send: Send) -> Plan:
        """The plan with a better query, where the student writes one in its share of the deadline; else the same."""
        if self._student is None or not self._engine.may_be_rewritten(plan):
            return plan
        seconds = self._engine.rewriting_s(plan)
        if not seconds:
            self._submit(self._deciding, self._decide, plan, send)
            return plan
        future = self._submit(self._free, self.drive, self._engine.rewritten(plan, writing_s(plan)), send)
        if future is None:
            return plan
        try:
            better: Plan = future.result(seconds)
        except FutureTimeout:
            return plan
        except Exception as error:  # whatever it was, it costs the rewrite only
            failure(error)
            return plan
        return better

    def _decide(self, plan: Plan, send: Send) -> None:
        """Decides on a rewrite for the searches that come after this one."""
        try:
            self.drive(self._engine.rewritten(plan, LATER_S), send)
        except Exception as error:
            failure(error)

    def drive(self, work: Generator[Step, Any, Any], send: Send, timings: Timings | None = None) -> Any:
        """Runs work of the engine in this thread, to its result."""
        timings = timings or Timings()
        reply: Any = None
        while True:
            try:
                step = work.send(reply)
            except StopIteration as stop:
                return stop.value
            if isinstance(step, Shared):
                reply = self._share(step, send, timings)
            elif isinstance(step, Generation):
                started = time.perf_counter()
                reply = self._student.ask(step) if self._student is not None else _SILENT
                timings.add("student", started)
            else:
                started = time.perf_counter()
                try:
                    reply = send(step)
                except SiblingError as error:
                    _must_go_on(step, error)
                    reply = None
                timings.add(step.stage, started)

    def _share(self, step: Shared, send: Send, timings: Timings) -> Any:
        with self._lock:
            waiting = self._shared.get(step.key)
            if waiting is None:
                mine = self._shared[step.key] = Future()
        if waiting is not None:
            return waiting.result()
        # The first one works in its own thread, so that a full pool can never wait for itself.
        try:
            mine.set_result(self.drive(step.work, send, timings))
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._shared[step.key]
        return mine.result()


class Run:
    """The facets of one search, on their way in another thread."""

    def __init__(
        self, engine: Engine, plan: Plan, future: "Future[Answer] | None", timings: Timings | None = None
    ) -> None:
        self._engine, self._plan, self._future = engine, plan, future
        self.timings = timings or Timings()

    def wait(self, seconds: float) -> Answer:
        """The answer, at the latest after ``seconds``; what is late is abandoned."""
        if self._future is None:
            return self._engine.uncounted(self._plan, "too many searches at once")
        try:
            return self._future.result(seconds)
        except (FutureTimeout, CancelledError):
            self.cancel()
            return self._engine.uncounted(self._plan, "deadline", timed_out=True)
        except Exception as error:  # whatever it was, it costs facets only
            return self._engine.uncounted(self._plan, failure(error))

    def cancel(self) -> None:
        """Gives up; a request that is under way ends in its own time."""
        if self._future is not None:
            self._future.cancel()

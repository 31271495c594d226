"""One model for all threads of a process: questions wait in a bounded line, and one thread answers them.

Who asks waits as long as its patience lasts and takes what is there by then: whole lines. The work goes on to its own
end, bounded in time, and its answer is kept: the next to ask the same question has it at once. A model that fails
again and again is left alone for a while. Where the folder of a registry changes, the next question is answered by the
new model; the old one is dropped between two questions.
"""

import atexit
import ctypes
import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Condition, Lock, Thread, get_native_id
from weakref import WeakSet

from genfacet.cache import TtlCache
from genfacet.errors import SettingsError
from genfacet.generation import Generated, Generation, Task
from genfacet.prompt import write_scores
from genfacet.student.card import TOKENIZER, ModelFolder, check, resolve
from genfacet.student.decoding import Limits, Output, Prompted, answer, answers, log_softmax, read_prompt
from genfacet.student.grammar import grammar
from genfacet.student.heap import give_back
from genfacet.student.network import Network, StoppedError
from genfacet.student.vocabulary import Vocabulary

log = logging.getLogger("genfacet")

MOST_TOKENS: dict[Task, int] = {"facets": 160, "rewrite": 32}
TEMPERATURE = 0.8
"""Of further answers."""
NOTHING, UNANSWERED = Generated("", True), Generated("", False)
FAILURES, REST_S = 3, 30.0
"""Failures in a row after which a model is left alone, and for how long."""
NICENESS = 10
"""How much nicer than the process: the student computes with what a search leaves of the processors."""
_KEPT, _KEPT_S = 500, 600.0
_GIVEN_BACK = 20
"""Answers after which memory is given back: it costs the next one some milliseconds."""
_OPENING = Lock()
_ENDING_S = 5.0
"""Longest that the end of a process waits for a pass that is under way."""
_LOOK_S = 2.0
"""How often a registry is looked at."""


@dataclass(frozen=True)
class Options:
    """How a model is run; see the settings of the student."""

    providers: tuple[str, ...] = ("cuda", "cpu")
    threads: int = 0
    line: int = 8
    generation_s: float = 3.0


@dataclass
class _Job:
    """A question on its way. ``known`` is what there is of its answer: whole lines, then other answers."""

    generation: Generation
    known: Generated = UNANSWERED
    changed: Condition = field(default_factory=Condition)

    def tell(self, known: Generated) -> None:
        with self.changed:
            self.known = known
            self.changed.notify_all()

    def wait(self, seconds: float) -> Generated:
        with self.changed:
            self.changed.wait_for(lambda: self.known.finished, seconds)
            return self.known


class Model:
    """A model folder, loaded."""

    def __init__(self, folder: ModelFolder, options: Options) -> None:
        """Raises SettingsError with what is wrong."""
        self.version = folder.version
        self.vocabulary = Vocabulary(folder.read(TOKENIZER), folder.end)
        self.network = Network(folder, options.providers, options.threads)
        give_back()  # the file of weights, which was taken apart

    def answer(self, generation: Generation, until: float, tell: Callable[[Generated], None]) -> Generated:
        """Answers a question, telling each line as it is whole; then the other answers that are asked for."""
        vocabulary, most, started = self.vocabulary, MOST_TOKENS.get(generation.task, 0), time.monotonic()
        prompt = read_prompt(self.network, vocabulary.tokens(generation.prompt), until)
        if prompt is None:
            return Generated("", True, self.version)
        if generation.task == "score":
            return Generated(write_scores(self._scores(prompt, generation)), True, self.version)
        said: list[int] = []

        def on_token(token: int) -> None:
            said.append(token)
            if "\n" in (vocabulary.pieces[token] or ""):
                tell(Generated(_whole_lines(vocabulary.text(said)), False, self.version))

        rule = grammar(vocabulary, generation)
        first = self._text(answer(self.network, vocabulary, prompt, rule, Limits(most, until), on_token))
        took = time.monotonic() - started
        if not generation.samples or not first:
            return Generated(first, True, self.version, (), took)
        tell(Generated(first, False, self.version, (), took))
        rules = [grammar(vocabulary, generation) for _ in range(generation.samples)]
        drawn = answers(self.network, vocabulary, prompt, rules, Limits(most, until, TEMPERATURE))
        # One line that was cut off is no rewrite, where a cut list of facets is still one.
        others = tuple(map(self._text, (one for one in drawn if one.ended or generation.task == "facets")))
        return Generated(first, True, self.version, others, took)

    def _scores(self, prompt: Prompted, generation: Generation) -> dict[str, float]:
        """The log-probability of each choice to be named first, among all of them."""
        tokens = [self.vocabulary.cut(f"{choice.marker}\n")[0] for choice in generation.choices]
        logs = log_softmax(prompt.scores[tokens]) if tokens else ()
        return {choice.marker: float(log) for choice, log in zip(generation.choices, logs, strict=True)}

    def _text(self, output: Output) -> str:
        said = self.vocabulary.text(output.tokens)
        return said.strip("\n") if output.ended else _whole_lines(said)


class LocalStudent:
    """A student in this process; see ``genfacet.generation.Student``.

    The model is loaded, and onnxruntime imported, for the first question: a process that was forked from one with
    onnxruntime in it cannot end in order, because that library waits at exit for threads that a fork does not have. A
    server that loads the application before it forks its workers thus asks nothing in the parent, and all is well.
    """

    def __init__(self, path: Path, options: Options | None = None) -> None:
        """Raises SettingsError where the folder is no model, or damaged."""
        self._path, self._options = path, options or Options()
        self._failures, self._rests_until, self._looked = 0, 0.0, time.monotonic()
        self._folder = check(resolve(path))
        self._model: Model | None = None
        self._process = os.getpid()
        self._is_open = True
        self._open()
        _STUDENTS.add(self)

    @property
    def version(self) -> str:
        """The version of the model in use."""
        return self._folder.version

    def ask(self, generation: Generation) -> Generated:
        """Waits for an answer, at most ``patience_s``; nothing where the line is full or the model rests."""
        if os.getpid() != self._process:
            self._open(forked=True)  # a fork has none of its parent's threads, nor those of the model
        known = self._kept.get((self.version, *_key(generation)))
        if known is not None:
            return known
        if not self._is_open or time.monotonic() < self._rests_until:
            return NOTHING
        job = self._job(generation)
        return UNANSWERED if job is None else job.wait(generation.patience_s)

    def close(self) -> None:
        """Ends the thread with the pass that it is at; those that wait get no answer."""
        self._is_open = False
        if os.getpid() != self._process:
            return
        with suppress(Empty):
            while True:
                waiting = self._line.get_nowait()
                if waiting is not None:
                    waiting.tell(NOTHING)
        self._line.put(None)
        if self._model is not None:
            self._model.network.is_stopped = True
        self._thread.join(_ENDING_S)

    def _open(self, forked: bool = False) -> None:
        """Makes what no other process can share."""
        with _OPENING:
            if forked and os.getpid() == self._process:
                return  # another thread was first
            self._lock = Lock()
            self._kept: TtlCache[tuple[str, Task, str, int], Generated] = TtlCache(_KEPT, _KEPT_S)
            self._line: Queue[_Job | None] = Queue(self._options.line)
            self._asked: dict[tuple[Task, str, int], _Job] = {}
            self._process = os.getpid()
            if self._model is not None:
                # The parent's session waits for its threads before it goes, and a fork has none of them: it stays.
                ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._model))
                self._model = None
            self._thread = Thread(target=self._work, args=(self._line,), name="genfacet-student", daemon=True)
            self._thread.start()

    def _job(self, generation: Generation) -> _Job | None:
        """The question on its way, the same for all who ask it at once; None where the line is full."""
        key = _key(generation)
        with self._lock:
            job = self._asked.get(key)
            if job is None:
                job = _Job(generation)
                try:
                    self._line.put_nowait(job)
                except Full:
                    return None
                self._asked[key] = job
        return job

    def _work(self, line: "Queue[_Job | None]") -> None:
        _give_way()
        for number in count(1):
            job = line.get()
            if job is None:
                return
            answered, key = NOTHING, _key(job.generation)
            try:
                model = self._current()
                until = time.monotonic() + self._options.generation_s
                answered = model.answer(job.generation, until, job.tell)
                self._failures = 0
            except StoppedError:
                log.debug("the student was closed at work")
            except Exception as error:  # whatever a model does, it costs its answer only
                self._fail(error)
            else:
                self._kept.put((model.version, *key), answered)
            with self._lock:
                del self._asked[key]
            job.tell(answered)
            if number % _GIVEN_BACK == 0:
                give_back()

    def _fail(self, error: Exception) -> None:
        self._failures += 1
        log.warning("the student failed: %s", error if isinstance(error, SettingsError) else type(error).__name__)
        if self._failures >= FAILURES:
            self._rests_until = time.monotonic() + REST_S
            log.warning("the student rests for %.0f s after %d failures", REST_S, self._failures)

    def _current(self) -> Model:
        """The model that the registry points to by now; a bad one is told once, and the old one stays."""
        if time.monotonic() - self._looked >= _LOOK_S:
            self._looked = time.monotonic()
            try:
                path = resolve(self._path)
                if path != self._folder.path:
                    folder = check(path)
                    self._model, self._folder = Model(folder, self._options), folder
                    log.info("the student is now version %s", self.version)
            except SettingsError as error:
                log.warning("the student stays at version %s: %s", self.version, error)
                self._looked += REST_S
        if self._model is None:
            self._model = Model(self._folder, self._options)
        return self._model


_STUDENTS: "WeakSet[LocalStudent]" = WeakSet()


@atexit.register
def _close_all() -> None:
    """Closes what nobody has closed: a process that ends while onnxruntime computes waits for ever, or dies."""
    for student in list(_STUDENTS):
        student.close()


def _key(generation: Generation) -> tuple[Task, str, int]:
    return generation.task, generation.prompt, generation.samples


def _give_way() -> None:
    """Makes this thread nicer, and with it those that onnxruntime starts from it; only Linux can do so."""
    if sys.platform == "linux":
        thread = get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, min(19, os.getpriority(os.PRIO_PROCESS, thread) + NICENESS))


def _whole_lines(text: str) -> str:
    """A text up to its last line break."""
    return text.rpartition("\n")[0]

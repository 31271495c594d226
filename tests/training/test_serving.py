"""A model at work in a process: late, crowded, forked, renewed, failing, and over HTTP."""

import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import orjson
import pytest
from test_export import exported

from genfacet.errors import SettingsError
from genfacet.generation import Choice, Generation, read_generation, write_generation
from genfacet.settings import StudentSettings
from genfacet.student.card import CURRENT, check
from genfacet.student.decoding import Limits, Prompted, answer, answers, read_prompt
from genfacet.student.grammar import grammar
from genfacet.student.network import Network
from genfacet.student.remote import RemoteStudent
from genfacet.student.worker import FAILURES, LocalStudent, Model, Options
from genfacet.students import load_student, open_student

FACETS = Generation("facets", "facets: apple\nA9 Colour: red\n>\n", (Choice("A", False, ("red", "green")),), 20.0)
REWRITE = Generation("rewrite", "rewrite: apple\nColour = red\n>\n", (), 20.0)


def until(moment: float = 60) -> float:
    return time.monotonic() + moment


def read(model: Model, generation: Generation) -> Prompted:
    prompted = read_prompt(model.network, model.vocabulary.cut(generation.prompt), until())
    assert prompted is not None
    return prompted


@pytest.mark.parametrize("graph", ["fused", "plain"])
def test_guessing_and_sharing_change_nothing_of_an_answer(tmp_path: Path, graph: str) -> None:
    model = Model(check(exported(tmp_path, graph=graph, bits="32")), Options(("cpu",)))
    prompt = read(model, FACETS)
    limits = Limits(60, until())
    fast = answer(model.network, model.vocabulary, prompt, grammar(model.vocabulary, FACETS), limits)
    again = answer(model.network, model.vocabulary, prompt, grammar(model.vocabulary, FACETS), limits)
    assert again.tokens == fast.tokens, "an answer leaves the prompt as it was"
    rules = [grammar(model.vocabulary, FACETS) for _ in range(3)]
    slow = answers(model.network, model.vocabulary, prompt, rules, limits)
    assert [one.tokens for one in slow] == [fast.tokens] * 3
    assert np.allclose(slow[0].logs, fast.logs, atol=1e-3)
    assert fast.passes < slow[0].passes


def test_samples_differ_and_repeat_with_their_seed(folder: Path) -> None:
    model = Model(check(folder), Options(("cpu",)))
    prompt = read(model, REWRITE)

    def drawn(seed: int) -> list[list[int]]:
        rules = [grammar(model.vocabulary, REWRITE) for _ in range(4)]
        limits = Limits(12, until(), 1.0, seed)
        return [one.tokens for one in answers(model.network, model.vocabulary, prompt, rules, limits)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert len({tuple(tokens) for tokens in drawn(1)}) > 1


def test_several_answers_are_asked_for_at_once(student: LocalStudent) -> None:
    alone, several = student.ask(FACETS), student.ask(replace(FACETS, samples=5))
    assert alone.finished
    assert several.finished
    assert alone.others == ()
    assert several.texts[0] == several.text == alone.text != ""
    assert len(several.others) == 5
    assert len(several.texts) > 1


def test_choices_are_scored_by_one_reading(student: LocalStudent) -> None:
    choices = (*FACETS.choices, Choice("B", True), Choice("C", False, ("x",)))
    scored = student.ask(Generation("score", FACETS.prompt, choices, 20.0))
    assert scored.finished
    lines = [line.split(" ") for line in scored.text.split("\n")]
    assert {marker for marker, _ in lines} == {"A", "B", "C"}
    logs = [float(log) for _, log in lines]
    assert logs == sorted(logs, reverse=True)
    assert sum(np.exp(logs)) == pytest.approx(1, abs=1e-3)
    assert student.ask(Generation("score", "facets: x\n>\n", (), 20.0)).text == ""


def test_who_has_no_patience_gets_nothing_and_the_next_one_everything(student: LocalStudent) -> None:
    hurried = student.ask(Generation(FACETS.task, FACETS.prompt, FACETS.choices, 0.0))
    assert not hurried.finished
    whole = student.ask(FACETS)
    assert whole.finished
    assert whole.text
    assert whole.model == student.version
    again = student.ask(Generation(FACETS.task, FACETS.prompt, FACETS.choices, 0.0))
    assert again == whole


def test_a_full_line_turns_questions_away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    student = LocalStudent(folder, Options(("cpu",), line=1))
    gate, begun = threading.Event(), threading.Event()
    real = Model.answer

    def slow(self: Model, *given: object) -> object:
        begun.set()
        gate.wait(20)
        return real(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Model, "answer", slow)
    asked = [Generation("rewrite", f"rewrite: apple {number}\n>\n", (), 0.0) for number in range(3)]
    student.ask(asked[0])
    assert begun.wait(20)
    student.ask(asked[1])
    started = time.monotonic()
    refused = student.ask(Generation("rewrite", asked[2].prompt, (), 20.0))
    assert not refused.finished
    assert time.monotonic() - started < 5
    gate.set()
    assert student.ask(Generation("rewrite", asked[1].prompt, (), 20.0)).finished
    student.close()


def test_a_model_that_fails_rests(student: LocalStudent, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def broken(*_: object) -> object:
        asked.append(1)
        raise RuntimeError("no memory")

    monkeypatch.setattr(Network, "read", broken)
    for number in range(FAILURES + 3):
        got = student.ask(Generation("rewrite", f"rewrite: {number}\n>\n", (), 20.0))
        assert (got.text, got.finished) == ("", True)
    assert len(asked) == FAILURES


def test_scores_that_are_no_numbers_still_parse(student: LocalStudent, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Network.read
    monkeypatch.setattr(Network, "read", lambda *given: np.full_like(real(*given), np.nan))
    got = student.ask(FACETS)
    assert got.finished
    assert got.text.startswith("A")


def test_work_ends_with_its_time(folder: Path) -> None:
    student = LocalStudent(folder, Options(("cpu",), generation_s=0.0))
    assert student.ask(FACETS).text == ""
    student.close()


def test_a_prompt_longer_than_the_cache_is_not_answered(student: LocalStudent) -> None:
    got = student.ask(Generation("rewrite", "rewrite: " + "x" * 5000, (), 20.0))
    assert (got.text, got.finished) == ("", True)


def test_another_version_of_a_registry_is_taken_up(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genfacet.student.worker._LOOK_S", 0.0)
    shutil.copytree(folder, tmp_path / "a")
    other = exported(tmp_path / "other", "qwen2")
    shutil.copytree(other, tmp_path / "b")
    (tmp_path / CURRENT).write_text("a\n")
    student = LocalStudent(tmp_path, Options(("cpu",)))
    first = student.version
    assert student.ask(FACETS).model == first
    (tmp_path / CURRENT).write_text("gone\n")
    student.ask(REWRITE)
    assert student.version == first, "a bad version must not take the good one away"
    student._looked = 0.0
    (tmp_path / CURRENT).write_text("b\n")
    student.ask(Generation("rewrite", "rewrite: other\n>\n", (), 20.0))
    assert student.version != first
    assert student.ask(FACETS).model == student.version
    student.close()


def test_a_fork_answers_for_itself(student: LocalStudent) -> None:
    mine = student.ask(FACETS)
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        answered = student.ask(REWRITE)
        os.write(write, b"1" if answered.finished and student.ask(FACETS) == mine else b"0")
        os._exit(0)
    os.waitpid(process, 0)
    assert os.read(read, 1) == b"1"


def test_a_process_that_forks_before_it_asks_can_end(folder: Path) -> None:
    """Servers load the application and fork their workers then, and a worker ends as any program does."""
    program = f"""
import os, sys
from pathlib import Path
from genfacet.generation import Generation
from genfacet.student.worker import LocalStudent, Options

student = LocalStudent(Path({str(folder)!r}), Options(("cpu",)))
if os.fork() == 0:
    answer = student.ask(Generation("rewrite", "rewrite: apple\\n>\\n", (), 20.0))
    sys.exit(7 if answer.finished and answer.model else 1)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 7


class _Sidecar(BaseHTTPRequestHandler):
    student: LocalStudent

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        got = self.student.ask(read_generation(orjson.loads(body)))
        reply = orjson.dumps(got)
        self.send_response(200)
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_: object) -> None:
        pass


def test_a_student_elsewhere_is_the_same(student: LocalStudent) -> None:
    handler = type("Handler", (_Sidecar,), {"student": student})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    remote = RemoteStudent(f"http://127.0.0.1:{server.server_address[1]}")
    patient = Generation(FACETS.task, FACETS.prompt, FACETS.choices, 5.0, 2)
    assert len(remote.ask(patient).texts) > 1
    assert remote.ask(patient) == student.ask(patient)
    server.shutdown()
    server.server_close()
    remote.close()
    assert not remote.ask(patient).finished
    started = time.monotonic()
    assert not remote.ask(patient).finished
    assert time.monotonic() - started < 1, "a sidecar that is down is left alone for a while"


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        {"task": "poem", "prompt": "x"},
        {"task": "facets", "prompt": ""},
        {"task": "facets", "prompt": "x" * 20_000},
        {"task": "facets", "prompt": "x", "patience_ms": True},
        {"task": "facets", "prompt": "x", "patience_ms": 1e9},
        {"task": "facets", "prompt": "x", "choices": [["AB", False, []]]},
        {"task": "facets", "prompt": "x", "choices": [["A", False, [7]]]},
        {"task": "facets", "prompt": "x", "samples": 17},
        {"task": "facets", "prompt": "x", "samples": -1},
        {"task": "facets", "prompt": "x", "else": 1},
    ],
)
def test_a_question_that_is_none_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        read_generation(wrong)


def test_a_question_survives_its_way() -> None:
    asked = Generation(FACETS.task, FACETS.prompt, FACETS.choices, 1.5, 3)
    assert read_generation(orjson.loads(orjson.dumps(write_generation(asked)))) == asked


def test_a_student_that_cannot_be_loaded_costs_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SettingsError, match="is no folder of a model"):
        load_student(StudentSettings(model=str(tmp_path / "none")))
    assert open_student(StudentSettings(model=str(tmp_path))) is None
    assert "there is no student" in caplog.text
    assert open_student(StudentSettings()) is None

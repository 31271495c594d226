"""Questions to a student, and its answers, as files: whoever asks has the index, whoever answers has the processor."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from genfacet.errors import SettingsError
from genfacet.generation import Choice
from genfacet_training.student.samples import Order, Task


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt. ``group`` is the set of queries that it belongs to, ``order`` what its candidates are ordered by,
    ``choices`` what an answer may name; ``selected`` and ``wanted`` are a rewrite's."""

    group: str
    task: Task
    query: str
    prompt: str
    near: bool = False
    selected: Mapping[str, tuple[str, ...]] | None = None
    wanted: str | None = None
    order: Order = "ranker"
    choices: tuple[Choice, ...] = ()


def write_questions(file: Path, questions: Iterable[Question]) -> None:
    """One question a line."""
    _write(file, (asdict(question) for question in questions))


def read_questions(file: Path) -> list[Question]:
    """The questions of a file; raises SettingsError."""
    try:
        return [_question(line) for line in _read(file)]
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise SettingsError(f"{file} holds no questions ({type(error).__name__})") from None


def write_answers(file: Path, answers: Iterable[list[str]]) -> None:
    """The answers to each question, a list a line."""
    _write(file, answers)


def read_answers(file: Path, count: int) -> list[list[str]]:
    """The answers to ``count`` questions; raises SettingsError."""
    try:
        read = list(_read(file))
    except ValueError:
        read = []
    if len(read) != count or not all(isinstance(one, list) and all(isinstance(t, str) for t in one) for one in read):
        raise SettingsError(f"{file} holds no answers to these {count:,} questions")
    return read


def _question(line: dict[str, Any]) -> Question:
    selected, choices = line.pop("selected"), line.pop("choices")
    frozen = {name: tuple(values) for name, values in selected.items()} if selected else None
    listed = tuple(Choice(one["marker"], one["is_spread"], tuple(one["values"])) for one in choices)
    return Question(**line, selected=frozen, choices=listed)


def _write(file: Path, lines: Iterable[Any]) -> None:
    anew = file.with_name(file.name + ".new")
    with anew.open("w", encoding="utf-8") as out:
        for line in lines:
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    anew.replace(file)


def _read(file: Path) -> Iterator[Any]:
    try:
        with file.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from None

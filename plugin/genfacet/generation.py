"""What the student is asked, and what comes back: plain data, so that it can be asked in another process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from genfacet.prompt import FacetPrompt

Task = Literal["facets", "rewrite"]
LONGEST_PROMPT = 16_000
"""Most characters of a prompt that is taken from outside."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate as the grammar of answers knows it: ranges where it ``is_spread``, else one of its shown values."""

    marker: str
    is_spread: bool
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Generation:
    """A prompt, and what its answer may name. ``patience_s``: how long the asker waits; the work may go on longer."""

    task: Task
    prompt: str
    choices: tuple[Choice, ...] = ()
    patience_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Generated:
    """An answer: whole lines. It is not ``finished`` where the asker's patience ended first."""

    text: str
    finished: bool
    model: str | None = None


class Student(Protocol):
    """Answers prompts. It never raises: what cannot be answered is an empty answer."""

    def ask(self, generation: Generation) -> Generated:
        """Waits for an answer, at most ``patience_s``."""

    def close(self) -> None:
        """Gives up what it holds."""


def facets_generation(prompt: FacetPrompt, patience_s: float) -> Generation:
    """The question that a prompt for facets is."""
    choices = tuple(
        Choice(one.marker, one.is_spread and one.seen.is_numeric, tuple(one.values))
        for one in prompt.candidates.values()
        if one.values or one.seen.is_numeric
    )
    return Generation("facets", prompt.text, choices, patience_s)


def write_generation(generation: Generation) -> dict[str, Any]:
    """A question as JSON."""
    choices = [[one.marker, one.is_spread, list(one.values)] for one in generation.choices]
    return {
        "task": generation.task,
        "prompt": generation.prompt,
        "choices": choices,
        "patience_ms": round(generation.patience_s * 1000),
    }


def read_generation(given: Any) -> Generation:
    """A question from parsed JSON; raises ValueError where it is none."""
    if not isinstance(given, Mapping) or given.keys() - {"task", "prompt", "choices", "patience_ms"}:
        raise ValueError("a question has task, prompt, choices and patience_ms")
    task, prompt, patience = given.get("task"), given.get("prompt"), given.get("patience_ms", 0)
    if task not in ("facets", "rewrite"):
        raise ValueError("[task] is facets or rewrite")
    if not isinstance(prompt, str) or not 0 < len(prompt) <= LONGEST_PROMPT:
        raise ValueError(f"[prompt] is a text of 1 to {LONGEST_PROMPT:,} characters")
    if not isinstance(patience, int) or isinstance(patience, bool) or not 0 <= patience <= 5000:
        raise ValueError("[patience_ms] is a number from 0 to 5000")
    listed = given.get("choices", [])
    if not isinstance(listed, list) or len(listed) > 26:
        raise ValueError("[choices] is a list of at most 26")
    return Generation(task, prompt, tuple(map(_read_choice, listed)), patience / 1000)


def _read_choice(given: Any) -> Choice:
    match given:
        case [str(marker), bool(spread), list(values)] if (
            len(marker) == 1
            and marker.isascii()
            and marker.isupper()
            and len(values) <= 20
            and all(isinstance(value, str) and 0 < len(value) <= 100 for value in values)
        ):
            return Choice(marker, spread, tuple(values))
    raise ValueError("a choice is a marker, whether it is spread, and its values")

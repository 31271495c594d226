"""What the student is asked, and what comes back: plain data, so that it can be asked in another process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, cast, get_args

from genfacet.prompt import FacetPrompt

Task = Literal["facets", "rewrite", "score"]
"""``score`` asks of a prompt for facets how likely each of its choices is to be named first."""
LONGEST_PROMPT = 16_000
"""Most characters of a prompt that is taken from outside."""
MOST_SAMPLES = 16


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate as the grammar of answers knows it: ranges where it ``is_spread``, else one of its shown values."""

    marker: str
    is_spread: bool
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Generation:
    """A prompt, and what its answer may name. ``patience_s``: how long the asker waits; the work may go on longer.

    ``samples``: further answers, drawn by chance, for an asker that can tell which one is the best.
    """

    task: Task
    prompt: str
    choices: tuple[Choice, ...] = ()
    patience_s: float = 0.0
    samples: int = 0


@dataclass(frozen=True, slots=True)
class Generated:
    """The likeliest answer, of whole lines, and the ``others`` that were asked for.

    Not ``finished`` where the asker's patience ended first: then lines or other answers may be missing. ``seconds``:
    how long the likeliest one took, once it is there.
    """

    text: str
    finished: bool
    model: str | None = None
    others: tuple[str, ...] = ()
    seconds: float | None = field(default=None, compare=False)

    @property
    def texts(self) -> tuple[str, ...]:
        """All answers that say something, the likeliest first, each once."""
        return tuple(dict.fromkeys(filter(None, (self.text, *self.others))))


class Student(Protocol):
    """Answers prompts. It never raises: what cannot be answered is an empty answer."""

    def ask(self, generation: Generation) -> Generated:
        """Waits for an answer, at most ``patience_s``."""

    def close(self) -> None:
        """Gives up what it holds."""


def facets_generation(prompt: FacetPrompt, patience_s: float, samples: int = 0) -> Generation:
    """The question that a prompt for facets is."""
    return Generation("facets", prompt.text, choices_of(prompt), patience_s, samples)


def choices_of(prompt: FacetPrompt) -> tuple[Choice, ...]:
    """What answers to a prompt may name."""
    return tuple(
        Choice(one.marker, one.is_spread and one.seen.is_numeric, tuple(one.values))
        for one in prompt.candidates.values()
        if one.values or one.seen.is_numeric
    )


def write_generation(generation: Generation) -> dict[str, Any]:
    """A question as JSON."""
    choices = [[one.marker, one.is_spread, list(one.values)] for one in generation.choices]
    return {
        "task": generation.task,
        "prompt": generation.prompt,
        "choices": choices,
        "patience_ms": round(generation.patience_s * 1000),
        "samples": generation.samples,
    }


def read_generation(given: Any) -> Generation:
    """A question from parsed JSON; raises ValueError where it is none."""
    if not isinstance(given, Mapping) or given.keys() - {"task", "prompt", "choices", "patience_ms", "samples"}:
        raise ValueError("a question has task, prompt, choices, patience_ms and samples")
    task, prompt = given.get("task"), given.get("prompt")
    if task not in get_args(Task):
        raise ValueError(f"[task] is one of {', '.join(get_args(Task))}")
    if not isinstance(prompt, str) or not 0 < len(prompt) <= LONGEST_PROMPT:
        raise ValueError(f"[prompt] is a text of 1 to {LONGEST_PROMPT:,} characters")
    patience, samples = (_whole(given, name, most) for name, most in (("patience_ms", 5000), ("samples", MOST_SAMPLES)))
    listed = given.get("choices", [])
    if not isinstance(listed, list) or len(listed) > 26:
        raise ValueError("[choices] is a list of at most 26")
    return Generation(cast("Task", task), prompt, tuple(map(_read_choice, listed)), patience / 1000, samples)


def _whole(given: Mapping[str, Any], name: str, most: int) -> int:
    number = given.get(name, 0)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= most:
        raise ValueError(f"[{name}] is a number from 0 to {most}")
    return number


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

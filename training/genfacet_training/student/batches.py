"""From samples to the steps of a training: token numbers, batches of like lengths, both tasks in every step."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from genfacet_training.student.samples import Sample

Encode = Callable[[str], list[int]]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token numbers of a prompt and of its answer with the end."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    weight: float

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


@dataclass(frozen=True, slots=True)
class Step:
    """What one step learns from: places of facet samples and of rewrite samples."""

    facets: tuple[int, ...]
    rewrites: tuple[int, ...]


def encode(samples: Iterable[Sample], tokens: Encode, end: int, longest: int) -> list[Encoded]:
    """The samples in token numbers; those longer than ``longest`` are left out."""
    read = (Encoded(tuple(tokens(sample.prompt)), (*tokens(sample.answer), end), sample.weight) for sample in samples)
    return [one for one in read if len(one) <= longest]


def plan_steps(
    facets: Sequence[Encoded],
    rewrites: Sequence[Encoded],
    facet_tokens: int,
    rewrite_tokens: int,
    epochs: float,
    seed: int,
) -> list[Step]:
    """The steps of all epochs; the same arguments give the same steps, so that a training can go on anywhere.

    An epoch sees every facet sample once; rewrites go round at their own pace.
    """
    drawing = random.Random(seed)  # noqa: S311  (a drawing, no secret)
    whole = [batch for _ in range(max(1, int(epochs))) for batch in _epoch(facets, facet_tokens, drawing)]
    part = epochs - int(epochs)
    last = _epoch(facets, facet_tokens, drawing) if part > 0 else []
    batches = (whole if epochs >= 1 else []) + last[: max(1, round(part * len(last)))]
    others: list[tuple[int, ...]] = []
    while rewrites and len(others) < len(batches):
        others += _epoch(rewrites, rewrite_tokens, drawing)
    return [Step(batch, others[place] if rewrites else ()) for place, batch in enumerate(batches)]


def passes(samples: Sequence[Encoded], most: int) -> Iterator[list[Encoded]]:
    """The samples of a batch in parts of at most so many tokens, padding included; one alone may have more."""
    part: list[Encoded] = []
    for sample in samples:
        if part and (len(part) + 1) * max(map(len, (*part, sample))) > most:
            yield part
            part = []
        part.append(sample)
    if part:
        yield part


def loss_weight(sample: Encoded) -> float:
    """How much a sample counts in the mean loss of its batch: its answer's tokens, by its weight."""
    return sample.weight * len(sample.answer)


def _epoch(samples: Sequence[Encoded], most: int, drawing: random.Random) -> list[tuple[int, ...]]:
    """All samples once: batches of like lengths, so that little is padded, in a random order."""
    order = sorted(range(len(samples)), key=lambda place: len(samples[place]) + drawing.uniform(0, 12))
    batches: list[tuple[int, ...]] = []
    batch: list[int] = []
    for place in order:
        longest = max(len(samples[one]) for one in (place, *batch))
        if batch and (len(batch) + 1) * longest > most:
            batches.append(tuple(batch))
            batch = []
        batch.append(place)
    if batch:
        batches.append(tuple(batch))
    drawing.shuffle(batches)
    return batches

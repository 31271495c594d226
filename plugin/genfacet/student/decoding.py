"""The loop that answers a prompt: read, choose, read what was chosen, until the answer ends or the time does.

Three things make it short. Tokens that the grammar forces are not computed: they are read together with what comes
next. What the prompt says after the last tokens is guessed to come again (answers copy it), and a guess of several
tokens is read in one pass: as many of them stand as the model would have said. And several samples of a prompt share
the reading of it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from genfacet.student.grammar import Next, Rule
from genfacet.student.network import LONGEST, Cache, Network
from genfacet.student.vocabulary import Vocabulary

CHUNK = 64
"""Tokens of a prompt that are read at once: between chunks the clock is looked at."""
GUESSED = 7
"""Most tokens that are guessed at once: reading eight costs less than twice the time of reading one."""
PAIR = 2
"""Last tokens whose earlier place in the text tells what may come next."""


@dataclass
class Prompted:
    """A prompt that was read: its tokens, the cache behind them, and the scores of what comes next."""

    tokens: Sequence[int]
    cache: Cache
    scores: NDArray[np.float32]


@dataclass
class Output:
    """An answer as tokens, with the log-probability that each had among what the grammar allowed.

    ``ended``: the answer came to its own end. ``passes``: how often the network was asked.
    """

    tokens: list[int] = field(default_factory=list)
    logs: list[float] = field(default_factory=list)
    ended: bool = False
    passes: int = 0


@dataclass(frozen=True)
class Limits:
    """``most`` tokens of an answer, and the time (``time.monotonic``) when it ends at the latest."""

    most: int
    until: float
    temperature: float = 0.0
    seed: int = 1


def read_prompt(network: Network, tokens: Sequence[int], until: float) -> Prompted | None:
    """Reads a prompt; None where it is too long or the time ends first."""
    if not 0 < len(tokens) < LONGEST - GUESSED - 1:
        return None
    cache, scores = network.open(), np.empty(0, np.float32)
    for start in range(0, len(tokens), CHUNK):
        if time.monotonic() >= until:
            return None
        scores = network.read(cache, np.array([tokens[start : start + CHUNK]], np.int64))[0, -1]
    return Prompted(tokens, cache, scores)


def answer(
    network: Network,
    vocabulary: Vocabulary,
    prompt: Prompted,
    rule: Rule,
    limits: Limits,
    on_token: Callable[[int], None] = lambda _: None,
) -> Output:
    """One answer to a prompt, whose cache is as it was afterwards."""
    output = Output()
    cache, scores, text = prompt.cache, prompt.scores, [*prompt.tokens]
    drawing = np.random.default_rng(limits.seed)
    nexts = next(rule)
    pending: list[int] = []
    try:
        while len(output.tokens) < limits.most:
            token, log = (nexts.forced, 0.0) if nexts.forced is not None else _choose(scores, nexts, limits, drawing)
            output.tokens.append(token)
            output.logs.append(log)
            on_token(token)
            pending.append(token)
            text.append(token)
            if token == vocabulary.end:
                output.ended = True
                break
            nexts = rule.send(token)
            if nexts.forced is not None:
                continue
            if time.monotonic() >= limits.until or cache.length + len(pending) + GUESSED >= LONGEST:
                break
            guess = _guess(text) if limits.temperature == 0 else []
            found = network.read(cache, np.array([[*pending, *guess]], np.int64))[0]
            output.passes += 1
            scores = found[len(pending) - 1]
            accepted = 0
            for place, guessed in enumerate(guess):  # a guess stands where the model would have said the same
                said = nexts.forced if nexts.forced is not None else _choose(scores, nexts, limits, drawing)[0]
                if said != guessed or said == vocabulary.end or len(output.tokens) >= limits.most:
                    break
                output.tokens.append(said)
                output.logs.append(0.0 if nexts.forced is not None else _log(scores, nexts, said))
                on_token(said)
                text.append(said)
                accepted += 1
                nexts = rule.send(said)
                scores = found[len(pending) + place]
            network.forget(cache, len(guess) - accepted)
            pending = []
    except StopIteration:
        output.ended = True
    network.forget(cache, cache.length - len(prompt.tokens))
    return output


def answers(
    network: Network, vocabulary: Vocabulary, prompt: Prompted, rules: Sequence[Rule], limits: Limits
) -> list[Output]:
    """As many answers to one prompt as there are rules: its reading is shared, and they are drawn side by side."""
    outputs = [Output() for _ in rules]
    cache = network.repeated(prompt.cache, len(rules), min(LONGEST, len(prompt.tokens) + limits.most))
    drawing = np.random.default_rng(limits.seed)
    nexts: list[Next | None] = [next(rule) for rule in rules]
    latest: list[NDArray[np.float32]] = [prompt.scores for _ in rules]
    while any(nexts) and time.monotonic() < limits.until and cache.length + 1 < LONGEST:
        column = np.full((len(rules), 1), vocabulary.end, np.int64)
        for row, (rule, wanted, output) in enumerate(zip(rules, nexts, outputs, strict=True)):
            if wanted is None:
                continue
            token, log = (
                (wanted.forced, 0.0) if wanted.forced is not None else _choose(latest[row], wanted, limits, drawing)
            )
            output.tokens.append(token)
            output.logs.append(log)
            column[row] = token
            nexts[row] = None
            if token == vocabulary.end:
                output.ended = True
            elif len(output.tokens) < limits.most:
                try:
                    nexts[row] = rule.send(token)
                except StopIteration:
                    output.ended = True
        if any(nexts):
            found = network.read(cache, column)
            for row in range(len(rules)):
                latest[row] = found[row, 0]
            outputs[0].passes += 1
    return outputs


def _choose(
    scores: NDArray[np.float32], nexts: Next, limits: Limits, drawing: np.random.Generator
) -> tuple[int, float]:
    """A token among those that may come, the likeliest at temperature 0, and its log-probability among them."""
    tokens = _allowed(nexts)
    logs = log_softmax(scores[tokens])
    if limits.temperature == 0:
        place = int(logs.argmax())
    else:
        chances = np.exp(log_softmax(scores[tokens] / limits.temperature))
        place = int(drawing.choice(len(tokens), p=chances / chances.sum()))
    return int(tokens[place]), float(logs[place])


def _log(scores: NDArray[np.float32], nexts: Next, token: int) -> float:
    tokens = _allowed(nexts)
    return float(log_softmax(scores[tokens])[int(np.flatnonzero(tokens == token)[0])])


def _allowed(nexts: Next) -> NDArray[np.int64]:
    listed = np.array(nexts.tokens, np.int64)
    return listed if nexts.mask is None else np.concatenate([listed, np.flatnonzero(nexts.mask)])


def log_softmax(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Log-probabilities. Scores that are no numbers count as the least: a broken model says something that parses."""
    found = np.nan_to_num(scores.astype(np.float64), nan=-1e9, posinf=1e9, neginf=-1e9)
    shifted = found - found.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))


def _guess(text: Sequence[int]) -> list[int]:
    """What followed the last tokens where they stood before, the latest place first; nothing where they are new."""
    last = list(text[-PAIR:])
    for place in range(len(text) - PAIR - 1, -1, -1):
        if list(text[place : place + PAIR]) == last:
            return list(text[place + PAIR : place + PAIR + GUESSED])
    return []

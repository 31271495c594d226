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
from genfacet.student.network import Cache, Network
from genfacet.student.vocabulary import Vocabulary

CHUNK = 256
"""Tokens of a prompt that are read at once: between chunks the clock is looked at."""
GUESSED = (1, 1, 2, 7)
"""How many tokens are guessed where the last one, two, three, or four tokens stood together before.

A token that is read beside others costs a sixth of one that is read alone, whether it stands or not.
"""
MOST_GUESSED = max(GUESSED)


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
    if not 0 < len(tokens) < network.longest - MOST_GUESSED - 1:
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
            if time.monotonic() >= limits.until or cache.length + len(pending) + MOST_GUESSED >= network.longest:
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
    drawing = np.random.default_rng(limits.seed)
    drawn = [_Drawn(rule, next(rule), prompt.scores) for rule in rules]
    cache = network.repeated(prompt.cache, [0] * len(rules), min(network.longest, len(prompt.tokens) + limits.most))
    rows = list(drawn)
    while time.monotonic() < limits.until and cache.length + 1 < network.longest:
        for one in rows:
            if one.goes_on:
                one.take(limits, drawing, vocabulary.end)
        going = [row for row, one in enumerate(rows) if one.goes_on]
        if not going:
            break
        if len(going) <= len(rows) / 2:  # rows that have ended cost as much as the others
            cache = network.repeated(cache, going, min(network.longest, len(prompt.tokens) + limits.most))
            rows = [rows[row] for row in going]
        found = network.read(cache, np.array([[one.output.tokens[-1]] for one in rows], np.int64))
        for row, one in enumerate(rows):
            one.scores = found[row, 0]
        drawn[0].output.passes += 1
    return [one.output for one in drawn]


@dataclass
class _Drawn:
    """An answer that is drawn beside others: its rule, what may come next, and the scores of that."""

    rule: Rule
    nexts: Next
    scores: NDArray[np.float32]
    output: Output = field(default_factory=Output)
    goes_on: bool = True

    def take(self, limits: Limits, drawing: np.random.Generator, end: int) -> None:
        """Takes one token more."""
        forced = self.nexts.forced
        token, log = (forced, 0.0) if forced is not None else _choose(self.scores, self.nexts, limits, drawing)
        self.output.tokens.append(token)
        self.output.logs.append(log)
        self.output.ended = token == end
        self.goes_on = not self.output.ended and len(self.output.tokens) < limits.most
        if self.goes_on:
            try:
                self.nexts = self.rule.send(token)
            except StopIteration:
                self.output.ended, self.goes_on = True, False


def _choose(
    scores: NDArray[np.float32], nexts: Next, limits: Limits, drawing: np.random.Generator
) -> tuple[int, float]:
    """A token among those that may come, the likeliest at temperature 0, and its log-probability among them."""
    tokens = _allowed(nexts)
    logs = log_softmax(scores[tokens])
    if limits.temperature == 0:
        place = int(logs.argmax())
    else:
        chances = np.exp(logs / limits.temperature).cumsum(
            dtype=np.float64
        )  # in any proportion: what is drawn is a share of the sum
        place = min(int(chances.searchsorted(drawing.random() * chances[-1], "right")), len(tokens) - 1)
    return int(tokens[place]), float(logs[place])


def _log(scores: NDArray[np.float32], nexts: Next, token: int) -> float:
    tokens = _allowed(nexts)
    return float(log_softmax(scores[tokens])[int(np.flatnonzero(tokens == token)[0])])


def _allowed(nexts: Next) -> NDArray[np.int64]:
    listed = np.array(nexts.tokens, np.int64)
    return listed if nexts.mask is None else np.concatenate([listed, np.flatnonzero(nexts.mask)])


def log_softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log-probabilities. Scores that are no numbers count as the least: a broken model says something that parses."""
    found = np.nan_to_num(scores, nan=-1e9, posinf=1e9, neginf=-1e9)
    shifted = found - found.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()), np.float32)


def _guess(text: Sequence[int]) -> list[int]:
    """What followed the last tokens where as many of them as can be stood before, the latest place first.

    The more of them stood there, the more is guessed; nothing where the last token is new.
    """
    most, place = 0, 0
    for end in range(len(text) - 1, 0, -1):
        alike = 0
        while alike < min(len(GUESSED), end) and text[end - 1 - alike] == text[-1 - alike]:
            alike += 1
        if alike > most:
            most, place = alike, end
            if most == len(GUESSED):
                break
    return list(text[place : place + GUESSED[most - 1]]) if most else []

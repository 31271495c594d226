"""Whether a graph says what the model says: the same logits in 32 bits, the same likeliest token in few."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from genfacet.student.network import cache_type
from genfacet_exporter.prompts import Known

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Parity:
    """How near a graph comes to its model. ``agreement``: share of answer tokens whose likeliest next token is the
    same; ``largest``: the largest difference of a logit; ``ragged`` the same in a batch of unequal lengths."""

    agreement: float
    largest: float
    ragged: float


class Graph:
    """A graph in onnxruntime, for comparison: whole texts, without a cache."""

    def __init__(self, file: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        self._inputs = {one.name: one for one in self._session.get_inputs()}

    def scores(self, texts: Sequence[Sequence[int]]) -> list[Scores]:
        """Logits (tokens, vocabulary) of each text, all in one batch: padded on the side that the graph wants."""
        longest = max(map(len, texts))
        plain = "position_ids" in self._inputs
        places = [slice(longest - len(text), None) if plain else slice(0, len(text)) for text in texts]
        numbers, mask = np.zeros((len(texts), longest), np.int64), np.zeros((len(texts), longest), np.int64)
        for row, (text, place) in enumerate(zip(texts, places, strict=True)):
            numbers[row, place], mask[row, place] = text, 1
        feed: dict[str, Any] = {"input_ids": numbers, "attention_mask": mask}
        if plain:
            feed["position_ids"] = np.maximum(mask.cumsum(1) - 1, 0)
        for name, one in self._inputs.items():
            if name not in feed:
                _, heads, _, width = one.shape
                feed[name] = np.zeros((len(texts), heads, 0, width), cache_type(one))
        found = self._session.run(["logits"], feed)[0]
        return [found[row, place] for row, place in enumerate(places)]


def compare(model: Any, graph: Graph, samples: Sequence[Known]) -> Parity:
    """Holds a graph against its model over prompts and answers, one by one and in a ragged batch."""
    same, largest = [], 0.0
    expected = [_expected(model, sample) for sample in samples]
    for sample, wanted in zip(samples, expected, strict=True):
        found = sample.of_answer(graph.scores([sample.text])[0])
        same.append(found.argmax(1) == wanted.argmax(1))
        largest = max(largest, float(np.abs(found - wanted).max()))
    some = sorted(range(len(samples)), key=lambda place: len(samples[place].text))[:: max(1, len(samples) // 4)][:4]
    together = graph.scores([samples[place].text for place in some])
    ragged = max(
        float(np.abs(samples[place].of_answer(scores) - expected[place]).max())
        for place, scores in zip(some, together, strict=True)
    )
    return Parity(float(np.concatenate(same).mean()), largest, ragged)


def _expected(model: Any, sample: Known) -> Scores:
    with torch.no_grad():
        scores: Scores = sample.of_answer(model(torch.tensor([sample.text])).logits[0]).numpy()
    return scores

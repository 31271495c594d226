"""The graph in onnxruntime: tokens in, scores of the next token out, and the cache between them.

A graph with fused attention keeps its cache in buffers that are made once for the longest text: a pass writes into them
where it stands, and to forget the end of a text is to go on earlier. Any other graph gets its cache back longer with
every pass. Both look the same from outside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genfacet.errors import SettingsError
from genfacet.student.card import GRAPH, LONGEST, ModelFolder

Scores = NDArray[np.float32]
_PROVIDERS = {"cuda": "CUDAExecutionProvider", "cpu": "CPUExecutionProvider"}


@dataclass
class Cache:
    """What was read so far, for ``rows`` texts of equal length."""

    rows: int
    length: int
    parts: list[Any]


class StoppedError(Exception):
    """Passes are refused by now."""


class Network:
    """A session over a model folder. It may be used by one thread at a time.

    ``longest`` is the most tokens of a prompt and its answer. Once ``is_stopped``, which any thread may set, the next
    pass raises StoppedError.
    """

    def __init__(self, folder: ModelFolder, providers: Sequence[str] = ("cuda", "cpu"), threads: int = 0) -> None:
        """Raises SettingsError where the graph cannot be loaded. ``threads``: 0 lets onnxruntime decide."""
        import onnxruntime  # not before: see ``genfacet.student.worker.LocalStudent``

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = threads
        options.add_session_config_entry(
            "session.force_spinning_stop", "1"
        )  # between passes the processor is the search's
        installed = onnxruntime.get_available_providers()
        wanted = [_PROVIDERS[name] for name in providers if _PROVIDERS.get(name) in installed]
        # By its path the library maps the file of weights, and a process whose mapped file is cut off dies.
        graph = folder.read(GRAPH)
        weights = {Path(name).name: folder.read(name) for name in folder.digests if name.startswith(f"{GRAPH}.")}
        try:
            options.add_external_initializers_from_files_in_memory(
                list(weights), list(weights.values()), list(map(len, weights.values()))
            )
            self._session = onnxruntime.InferenceSession(graph, options, wanted or ["CPUExecutionProvider"])
        except Exception as error:  # the library raises plain exceptions of many kinds
            raise SettingsError(f"{folder.path / GRAPH} cannot be loaded ({type(error).__name__})") from None
        self.longest, self.is_stopped = min(LONGEST, folder.longest), False
        self._to_value = onnxruntime.OrtValue.ortvalue_from_numpy
        self.provider = str(self._session.get_providers()[0])
        inputs = {one.name: one for one in self._session.get_inputs()}
        self._past = [name for name in inputs if name.startswith("past_key_values")]
        if not {"input_ids", "attention_mask"} <= inputs.keys() or not self._past:
            raise SettingsError(f"{folder.path / GRAPH} is no causal language model with a cache")
        past = inputs[self._past[0]]
        self._heads, self._width = int(past.shape[1]), int(past.shape[3])
        self._type = cache_type(past)
        self.is_fused = "position_ids" not in inputs
        self._device = "cuda" if self.provider == _PROVIDERS["cuda"] else "cpu"

    def open(self, rows: int = 1) -> Cache:
        """An empty cache."""
        length = self.longest if self.is_fused else 0
        shape = (rows, self._heads, length, self._width)
        parts = [self._value(np.zeros(shape, self._type)) for _ in self._past]
        return Cache(rows, 0, parts)

    def repeated(self, cache: Cache, rows: Sequence[int], most: int) -> Cache:
        """A cache whose texts begin like these rows of another and have at most ``most`` tokens: it takes no more."""
        parts = [self._value(part.numpy()[rows, :, :most]) for part in cache.parts]
        return Cache(len(rows), cache.length, parts)

    def read(self, cache: Cache, tokens: NDArray[np.int64]) -> Scores:
        """Reads tokens (rows, count) behind what is in the cache; scores (rows, count, vocabulary) after each."""
        if self.is_stopped:
            raise StoppedError
        count = tokens.shape[1]
        binding = self._session.io_binding()
        binding.bind_cpu_input("input_ids", tokens)
        binding.bind_cpu_input("attention_mask", np.ones((cache.rows, cache.length + count), np.int64))
        if not self.is_fused:
            places = np.arange(cache.length, cache.length + count, dtype=np.int64)
            binding.bind_cpu_input("position_ids", np.broadcast_to(places, (cache.rows, count)).copy())
        binding.bind_output("logits", "cpu")
        for name, part in zip(self._past, cache.parts, strict=True):
            binding.bind_ortvalue_input(name, part)
            present = name.replace("past_key_values", "present")
            if self.is_fused:
                binding.bind_ortvalue_output(present, part)
            else:
                binding.bind_output(present, self._device)
        self._session.run_with_iobinding(binding)
        scores, *parts = binding.get_outputs()
        if not self.is_fused:
            cache.parts = parts
        cache.length += count
        return np.asarray(scores.numpy(), np.float32)

    def forget(self, cache: Cache, count: int) -> None:
        """Takes the last ``count`` tokens back."""
        cache.length -= count
        if not self.is_fused and count:
            cache.parts = [self._value(part.numpy()[:, :, : cache.length].copy()) for part in cache.parts]

    def _value(self, array: NDArray[np.float16 | np.float32]) -> Any:
        return self._to_value(array, self._device)


def cache_type(past: Any) -> type[np.float16 | np.float32]:
    """The type of numbers in the cache that a graph takes as this input."""
    return np.float16 if past.type == "tensor(float16)" else np.float32

"""What real prompts and answers say of a model's weights: how inputs come together, and which layers bear few bits."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from genfacet_exporter.blocks import with_feedback
from genfacet_exporter.prompts import Known

Layer = tuple[str, ...]
"""Names of linear modules whose outputs meet at once: the three of an attention, the two of a gate."""
_TOGETHER = {"q_proj": "qkv", "k_proj": "qkv", "v_proj": "qkv", "gate_proj": "gate_up", "up_proj": "gate_up"}


@dataclass(frozen=True)
class Harm:
    """What four bits cost a layer: nats of divergence in a token's distribution, for how many weights."""

    layer: Layer
    divergence: float
    weights: int


def moments_of(model: Any, samples: Sequence[Known], on_sample: Callable[[], None]) -> dict[str, Any]:
    """The sum of x xᵀ over the inputs x of each linear module, by its name."""
    found: dict[str, Any] = {}

    def hook(name: str) -> Callable[[Any, Any], None]:
        def add(_: Any, inputs: Any) -> None:
            flat = inputs[0].reshape(-1, inputs[0].shape[-1])
            found[name] = found[name] + flat.T @ flat if name in found else flat.T @ flat

        return add

    hooks = [module.register_forward_pre_hook(hook(name)) for name, module in linear_modules(model).items()]
    for sample in samples:
        with torch.no_grad():
            model(torch.tensor([sample.text]))
        on_sample()
    for one in hooks:
        one.remove()
    return found


def harms(
    model: Any, moments: Mapping[str, Any], samples: Sequence[Known], bits: int, size: int, on_layer: Callable[[], None]
) -> list[Harm]:
    """What few bits cost each layer alone, the least a weight first; the model is the same afterwards."""
    modules = linear_modules(model)
    layers: dict[str, list[str]] = defaultdict(list)
    for name in modules:
        parent, _, kind = name.rpartition(".")
        layers[f"{parent}.{_TOGETHER.get(kind, kind)}"].append(name)
    before = _distributions(model, samples)
    found = []
    for names in layers.values():
        with _coarse([modules[name] for name in names], [moments[name] for name in names], bits, size):
            after = _distributions(model, samples)
        lost = sum(float((one.exp() * (one - other)).sum()) for one, other in zip(before, after, strict=True))
        weights = sum(modules[name].weight.numel() for name in names)
        found.append(Harm(tuple(names), lost / sum(map(len, before)), weights))
        on_layer()
    return sorted(found, key=lambda harm: harm.divergence / harm.weights)


def linear_modules(model: Any) -> dict[str, Any]:
    """The linear modules of all layers, without the output layer."""
    return {
        name: module
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and ".layers." in name
    }


def _distributions(model: Any, samples: Sequence[Known]) -> list[Any]:
    """Log-probabilities (tokens, vocabulary) where answers were said."""
    found = []
    for sample in samples:
        with torch.no_grad():
            scores = model(torch.tensor([sample.text])).logits[0]
        found.append(torch.log_softmax(sample.of_answer(scores).float(), -1))
    return found


@contextmanager
def _coarse(modules: Sequence[Any], moments: Sequence[Any], bits: int, size: int) -> Iterator[None]:
    kept = [module.weight.data for module in modules]
    for module, moment in zip(modules, moments, strict=True):
        module.weight.data = torch.from_numpy(with_feedback(module.weight.data.numpy(), moment, bits, size).values())
    try:
        yield
    finally:
        for module, weight in zip(modules, kept, strict=True):
            module.weight.data = weight

"""What decides a training: a YAML file and a few options of the command."""

from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

import yaml


class ConfigError(ValueError):
    """What is wrong with a configuration of a training, in one sentence."""


@dataclass(frozen=True)
class Lora:
    """Low-rank adapters on all linear layers (Hu et al., LoRA, ICLR 2022): W + alpha / rank · B A."""

    rank: int = 64
    alpha: int = 128
    dropout: float = 0.0


@dataclass(frozen=True)
class Training:
    """A supervised training. Tokens are those of prompts and answers together, padding left out.

    ``start`` is a folder of adapters to go on from, of the same rank; without one they are fresh. ``facet_tokens`` and
    ``rewrite_tokens`` are the shares of the two tasks in every step: both are in each. ``pass_tokens`` is how much of a
    step is computed at once, which bounds the memory and changes nothing else. ``precision`` is float32, bfloat16, or
    auto, which measures both on the machine at hand.
    """

    base: str
    start: str = ""
    lora: Lora = field(default_factory=Lora)
    epochs: float = 3.0
    facet_tokens: int = 6000
    rewrite_tokens: int = 2000
    pass_tokens: int = 1200
    longest: int = 640
    learning_rate: float = 5e-4
    warmup: float = 0.03
    weight_decay: float = 0.01
    clip: float = 1.0
    precision: str = "auto"
    checkpoint_minutes: float = 5.0
    judge_every: float = 0.25
    patience: int = 4
    gradient_checkpointing: bool = False
    seed: int = 1

    def as_json(self) -> dict[str, Any]:
        """All values, by name."""
        return asdict(self)


_BOUNDS = {
    "epochs": (0.001, 1000),
    "facet_tokens": (64, 10**7),
    "rewrite_tokens": (64, 10**7),
    "pass_tokens": (64, 10**7),
    "longest": (32, 8192),
    "learning_rate": (1e-8, 1.0),
    "judge_every": (0.001, 1000),
    "checkpoint_minutes": (0.0, 1e4),
}


def read_training(file: Path | None, **given: Any) -> Training:
    """The training of a YAML file, with the values ``given`` that are not None on top; raises ConfigError."""
    read: Any = {}
    if file is not None:
        try:
            read = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ConfigError(f"{file} cannot be read as YAML ({type(error).__name__})") from None
    if not isinstance(read, dict):
        raise ConfigError(f"{file} is no mapping of settings")
    read |= {name: value for name, value in given.items() if value is not None}
    return _checked(read)


def _checked(read: dict[str, Any]) -> Training:
    lora: Lora = _fill(Lora(), read.pop("lora", {}), "lora.")
    training: Training = replace(_fill(Training(""), read, ""), lora=lora)
    if not training.base:
        raise ConfigError("the training names no base: the folder of a causal language model")
    for name, (low, high) in _BOUNDS.items():
        if not low <= getattr(training, name) <= high:
            raise ConfigError(f"{name} lies between {low:g} and {high:g}")
    if training.precision not in {"auto", "float32", "bfloat16"}:
        raise ConfigError("precision is auto, float32 or bfloat16")
    if not 1 <= lora.rank <= 1024:
        raise ConfigError("lora.rank lies between 1 and 1024")
    return training


def _fill(default: Any, read: Any, place: str) -> Any:
    if not isinstance(read, dict):
        raise ConfigError(f"{place.rstrip('.')} is a mapping of settings")
    types = get_type_hints(type(default))
    known = {f.name for f in fields(default)}
    for name, value in read.items():
        if name not in known:
            raise ConfigError(f"unknown setting [{place}{name}]; known are {', '.join(sorted(known))}")
        wanted = (int, float) if types[name] is float else types[name]
        if not isinstance(value, wanted) or (isinstance(value, bool) and types[name] is not bool):
            raise ConfigError(f"{place}{name} is no {types[name].__name__}")
    return replace(default, **read)

"""The model that is trained: a causal language model with adapters, and its loss on answers alone."""

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoTokenizer

from genfacet_training.student.batches import Encoded
from genfacet_training.student.config import Lora

IGNORED = -100


def load_base(folder: str | Path) -> tuple[Any, Any]:
    """Model (float32) and tokenizer of a folder; raises ValueError where it is no causal language model."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"{folder} is no causal language model ({str(error).splitlines()[0][:200]})") from None
    return model, tokenizer


def with_adapters(model: Any, lora: Lora) -> Any:
    """The model with fresh adapters on all its linear layers; only these learn."""
    settings = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, settings)


def load_student(base: str | Path, adapters: str | Path) -> tuple[Any, Any]:
    """Model and tokenizer of a trained student: the base with its adapters merged in."""
    model, tokenizer = load_base(base)
    return PeftModel.from_pretrained(model, str(adapters)).merge_and_unload(), tokenizer


def collate(samples: Sequence[Encoded], pad: int, device: Any = "cpu") -> dict[str, torch.Tensor]:
    """A batch, padded on the right: numbers, mask and labels (samples, tokens), and weights (samples,)."""
    longest = max(map(len, samples))
    numbers = torch.full((len(samples), longest), pad)
    labels = torch.full((len(samples), longest), IGNORED)
    mask = torch.zeros((len(samples), longest), dtype=torch.long)
    for row, sample in enumerate(samples):
        whole = torch.tensor((*sample.prompt, *sample.answer))
        numbers[row, : len(whole)] = whole
        mask[row, : len(whole)] = 1
        labels[row, len(sample.prompt) : len(whole)] = whole[len(sample.prompt) :]
    weights = torch.tensor([sample.weight for sample in samples])
    batch = {"input_ids": numbers, "attention_mask": mask, "labels": labels, "weights": weights}
    return {name: tensor.to(device, non_blocking=True) for name, tensor in batch.items()}


def answer_loss(model: Any, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """The mean cross-entropy of answer tokens, weighted by sample.

    The output layer, the widest of a small model, is computed at the places before answer tokens alone.
    """
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    hidden = inner.model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    labels = batch["labels"][:, 1:]
    places = labels != IGNORED
    scores = inner.lm_head(hidden[:, :-1][places]).float()
    lost = functional.cross_entropy(scores, labels[places], reduction="none")
    weights = batch["weights"].unsqueeze(1).expand_as(labels)[places]
    return (lost * weights).sum() / weights.sum().clamp(min=1e-6)


def computing(precision: str, device: torch.device) -> AbstractContextManager[Any]:
    """The context in which a model computes."""
    return torch.autocast(device.type, torch.bfloat16) if precision == "bfloat16" else nullcontext()


def choose_precision(model: Any, device: torch.device, wanted: str) -> str:
    """The precision wanted; for ``auto`` the faster one of a short measurement: there are processors on which 16 bits
    are many times slower, and others on which they are twice as fast."""
    if wanted != "auto":
        return wanted
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    took = {precision: min(_measure(model, device, precision)) for precision in ("float32", "bfloat16")}
    return min(took, key=lambda precision: took[precision])


def _measure(model: Any, device: torch.device, precision: str) -> Iterator[float]:
    """Seconds of a small batch, forward and, where the model learns, backward."""
    sample = Encoded(tuple(range(3, 99)), tuple(range(3, 19)), 1.0)
    batch = collate([sample] * 2, 0, device)
    for _ in range(2):
        started = time.perf_counter()
        with computing(precision, device):
            loss = answer_loss(model, batch)
        if loss.requires_grad:  # a model that only answers does not learn
            loss.backward()
            model.zero_grad(set_to_none=True)
        yield time.perf_counter() - started

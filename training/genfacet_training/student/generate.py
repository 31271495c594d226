"""Answers of a student in torch, many prompts at a time: for training and measurement, not for serving."""

from collections.abc import Sequence
from typing import Any

import torch

MOST_TOKENS = {"facets": 160, "rewrite": 32}


@torch.no_grad()  # type: ignore[untyped-decorator,unused-ignore]
def answers(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[str],
    most: int,
    *,
    samples: int = 1,
    temperature: float = 0.0,
    batch: int = 16,
    seed: int = 1,
) -> list[list[str]]:
    """For each prompt ``samples`` answers; the likeliest one at temperature 0. Prompts of like lengths go together."""
    torch.manual_seed(seed)
    encoded = [tokenizer(prompt, add_special_tokens=False)["input_ids"] for prompt in prompts]
    order = sorted(range(len(prompts)), key=lambda place: len(encoded[place]))
    found: list[list[str]] = [[] for _ in prompts]
    drawing = {"do_sample": True, "temperature": temperature, "top_p": 0.95} if temperature else {"do_sample": False}
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        longest = max(len(encoded[place]) for place in places)
        numbers = torch.full((len(places), longest), tokenizer.pad_token_id)
        mask = torch.zeros_like(numbers)
        for row, place in enumerate(places):
            numbers[row, longest - len(encoded[place]) :] = torch.tensor(encoded[place])
            mask[row, longest - len(encoded[place]) :] = 1
        made = model.generate(
            input_ids=numbers.to(model.device),
            attention_mask=mask.to(model.device),
            max_new_tokens=most,
            num_return_sequences=samples,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
            **drawing,
        )
        texts = tokenizer.batch_decode(made[:, longest:], skip_special_tokens=True)
        for row, place in enumerate(places):
            found[place] = texts[row * samples : (row + 1) * samples]
    return found

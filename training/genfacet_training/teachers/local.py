"""A causal language model of Hugging Face in this process as a teacher."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from genfacet_training.student.model import load_base
from genfacet_training.teachers.teacher import TeacherError

MOST_TOKENS = 700


class LocalModel:
    """A model and its tokenizer, asked one conversation after the other.

    Raises ValueError where the folder holds no causal language model.
    """

    def __init__(self, folder: Path, temperature: float = 0.4, most_tokens: int = MOST_TOKENS) -> None:
        self._model, self._tokenizer = load_base(folder)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model.to(device, torch.bfloat16 if device == "cuda" else torch.float32).eval()
        self._drawing = {"do_sample": True, "temperature": temperature} if temperature else {"do_sample": False}
        self._most = most_tokens
        self._lock = asyncio.Lock()

    async def say(self, messages: Sequence[Mapping[str, str]]) -> str:
        """The answer of the model; raises TeacherError where the conversation is too long for it."""
        async with self._lock:
            return await asyncio.to_thread(self._answer, messages)

    def _answer(self, messages: Sequence[Mapping[str, str]]) -> str:
        numbers = self._tokenizer(self._written(messages), add_special_tokens=False, return_tensors="pt")["input_ids"]
        longest = getattr(self._model.config, "max_position_embeddings", 10**9)
        if numbers.shape[1] + self._most > longest:
            raise TeacherError(f"the model reads {longest} tokens, and the question has {numbers.shape[1]}")
        numbers = numbers.to(self._model.device)
        with torch.no_grad():
            made = self._model.generate(
                input_ids=numbers,
                attention_mask=torch.ones_like(numbers),
                max_new_tokens=self._most,
                pad_token_id=self._tokenizer.pad_token_id or self._tokenizer.eos_token_id,
                **self._drawing,
            )
        text: str = self._tokenizer.decode(made[0, numbers.shape[1] :], skip_special_tokens=True)
        return text

    def _written(self, messages: Sequence[Mapping[str, str]]) -> Any:
        """The conversation in the model's own template; plain where it has none."""
        if getattr(self._tokenizer, "chat_template", None):
            return self._tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=True)
        turns = [f"{message['role']}: {message['content']}" for message in messages]
        return "\n\n".join([*turns, "assistant: "])

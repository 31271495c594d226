"""Real prompts and answers, which quantisation is fitted to and judged by: lines of JSON with ``prompt`` and ``answer``."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genfacet.errors import SettingsError

LONGEST = 1024
"""Most tokens of a prompt and its answer."""


@dataclass(frozen=True, slots=True)
class Known:
    """A prompt and the answer to it, as tokens."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]


def read_known(file: Path, tokenizer: Any) -> list[Known]:
    """The prompts and answers of a file; raises SettingsError."""
    try:
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        found = [Known(_tokens(tokenizer, one["prompt"]), _tokens(tokenizer, one["answer"])) for one in lines]
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from None
    except (ValueError, TypeError, KeyError):
        raise SettingsError(f"{file} holds no lines of JSON with a prompt and an answer") from None
    usable = [one for one in found if one.prompt and one.answer and len(one.prompt) + len(one.answer) <= LONGEST]
    if len(usable) < 2:
        raise SettingsError(f"{file} holds fewer than two prompts with an answer")
    return usable


def halves(known: Sequence[Known]) -> tuple[Sequence[Known], Sequence[Known]]:
    """What quantisation is fitted to, and the fifth that it is judged by."""
    judging = known[:: min(5, len(known))]
    return [one for one in known if one not in judging], judging


def _tokens(tokenizer: Any, text: str) -> tuple[int, ...]:
    return tuple(tokenizer.encode(text, add_special_tokens=False).ids)

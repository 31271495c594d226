"""Real prompts and answers, which quantisation is fitted to and judged by: samples of the training, or JSON lines."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genfacet.errors import SettingsError
from genfacet.student.card import LONGEST

MOST = 600
"""Most samples that are read: what is fitted and judged needs fewer."""


@dataclass(frozen=True, slots=True)
class Known:
    """A prompt and the answer to it, as tokens."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    @property
    def text(self) -> tuple[int, ...]:
        """Both, as a model reads them."""
        return (*self.prompt, *self.answer)

    def of_answer(self, scores: Any) -> Any:
        """Of scores (tokens, vocabulary) after each token of the text those that say the answer."""
        return scores[len(self.prompt) - 1 : -1]


def read_known(file: Path, tokenizer: Any) -> list[Known]:
    """The prompts and answers of a file; raises SettingsError."""
    found = [Known(_tokens(tokenizer, prompt), _tokens(tokenizer, answer)) for prompt, answer in read_pairs(file)]
    usable = [one for one in found if one.prompt and one.answer and len(one.text) <= LONGEST]
    if len(usable) < 2:
        raise SettingsError(f"{file} holds fewer than two prompts with an answer")
    return usable


def read_pairs(file: Path) -> list[tuple[str, str]]:
    """Prompts with their answers, at most ``MOST`` from all parts of the file; raises SettingsError."""
    try:
        if file.suffix == ".parquet":
            import pyarrow.parquet

            rows = pyarrow.parquet.read_table(file, columns=["prompt", "answer"]).to_pylist()
        else:
            rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        found = [(str(row["prompt"]), str(row["answer"])) for row in rows]
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from None
    except (ValueError, TypeError, KeyError):
        raise SettingsError(f"{file} holds no prompts with answers: lines of JSON, or train.parquet") from None
    return found[:: max(1, len(found) // MOST)][:MOST]


def parted(known: Sequence[Known]) -> tuple[Sequence[Known], Sequence[Known]]:
    """What quantisation is fitted to, and the fifth that it is judged by."""
    judging = known[:: min(5, len(known))]
    return [one for one in known if one not in judging], judging


def _tokens(tokenizer: Any, text: str) -> tuple[int, ...]:
    return tuple(tokenizer.encode(text, add_special_tokens=False).ids)

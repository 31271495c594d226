"""The student in the repository is what its card says."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from safetensors import safe_open
from tokenizers import Tokenizer

from genfacet.prompt import PROMPT_VERSION
from genfacet_training.student.vocabulary import END, PAD, START

STUDENTS = sorted((Path(__file__).parents[2] / "training" / "student").glob("*/genfacet.json"))


@pytest.mark.parametrize("card", STUDENTS, ids=lambda card: card.parent.name)
def test_files_are_those_of_the_card(card: Path) -> None:
    told = json.loads(card.read_text())
    assert told["prompt_version"] == PROMPT_VERSION
    for name, digest in told["sha256"].items():
        assert sha256((card.parent / name).read_bytes()).hexdigest() == digest
    assert sum(file.stat().st_size for file in card.parent.iterdir()) < 64e6
    settings = json.loads((card.parent / "adapter_config.json").read_text())
    assert settings["r"] == told["lora"]["rank"]
    with safe_open(card.parent / "adapter_model.safetensors", "pt") as weights:
        names = list(weights.keys())
        assert all(weights.get_tensor(name).isfinite().all() for name in names)
    assert len(names) == 2 * 7 * 30, "two matrices for each of the seven linear layers of a block"
    tokenizer = Tokenizer.from_file(str(card.parent / "tokenizer.json"))
    assert tokenizer.get_vocab_size() == told["tokens"]
    assert all(tokenizer.token_to_id(token) is not None for token in (PAD, START, END))
    assert tokenizer.decode(tokenizer.encode("- on a wall = A Wall, T 3,5 mm").ids) == "- on a wall = A Wall, T 3,5 mm"


def test_there_is_one() -> None:
    assert STUDENTS

"""Causal language models of a few thousand random weights, with a tokenizer of bytes: folders like real ones."""

from pathlib import Path
from typing import Any

import torch
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, LlamaConfig, Qwen2Config, Qwen3Config

from genfacet_training.student.base import write_tokenizer
from genfacet_training.student.vocabulary import END, PAD, START, Vocabulary

FAMILIES = {"llama": LlamaConfig, "qwen2": Qwen2Config, "qwen3": Qwen3Config}


def tiny_vocabulary() -> Vocabulary:
    """All bytes, a few merges, and the special tokens."""
    merges = [("a", "p"), ("ap", "p"), ("l", "e"), ("app", "le"), ("Ġ", "apple"), ("r", "e"), ("re", "d")]
    tokens = [PAD, START, END, *sorted(pre_tokenizers.ByteLevel.alphabet()), *("".join(pair) for pair in merges)]
    return Vocabulary(tokens, merges)


def write_tiny(folder: Path, family: str = "llama", seed: int = 1, longest: int = 512) -> Path:
    """A folder with such a model, its tokenizer beside it."""
    torch.manual_seed(seed)
    vocabulary = tiny_vocabulary()
    settings: dict[str, Any] = {
        "vocab_size": len(vocabulary.tokens),
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "max_position_embeddings": longest,
        "tie_word_embeddings": True,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": 2,
    }
    model = AutoModelForCausalLM.from_config(FAMILIES[family](**settings))
    model.save_pretrained(folder)
    write_tokenizer(folder, vocabulary)
    return folder

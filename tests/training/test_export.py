"""The exporter on tiny models: what comes out is the model, and what is damaged is refused with a sentence."""

import json
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import torch
from click.testing import CliRunner
from optimum.onnxruntime import ORTModelForCausalLM
from tiny_models import write_tiny
from transformers import AutoModelForCausalLM

from genfacet.cli import main
from genfacet.errors import SettingsError
from genfacet.student.card import CARD, CURRENT, check, resolve
from genfacet.student.network import Network
from genfacet_exporter.export import Bits, Wanted, export
from genfacet_exporter.prompts import MOST, read_pairs

PROMPTS = [
    {"prompt": f"facets: apple {number}\n>\n", "answer": f"A\n~red apples\n- {number} apple"} for number in range(6)
]


def prompts_in(folder: Path) -> Path:
    """A file of prompts and answers."""
    file = folder / "prompts.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in PROMPTS))
    return file


def exported(folder: Path, family: str = "llama", graph: str = "fused", bits: Bits = "8") -> Path:
    """An exported tiny model."""
    model = write_tiny(folder / "model", family)
    out = folder / "out"
    least = 0.2 if bits in ("4", "mixed") else 0.8
    export(Wanted(model, out, None, prompts_in(folder), "plain" if graph == "plain" else "fused", bits, 0.01, least))
    return out


@pytest.mark.parametrize("family", ["llama", "qwen2", "qwen3"])
@pytest.mark.parametrize("graph", ["fused", "plain"])
def test_a_graph_in_32_bits_is_the_model(tmp_path: Path, family: str, graph: str) -> None:
    out = exported(tmp_path, family, graph, "32")
    card = json.loads((out / CARD).read_text())
    assert card["agreement"] == 1.0
    assert card["exact"]["largest"] < 1e-3
    assert Network(check(out), ("cpu",)).is_fused is (graph == "fused")


@pytest.mark.parametrize("graph", ["fused", "plain"])
def test_weights_in_16_bits_are_half_as_large_and_answer(tmp_path: Path, graph: str) -> None:
    whole, half = (exported(tmp_path / bits, graph=graph, bits=bits) for bits in ("32", "16"))
    assert json.loads((half / CARD).read_text())["agreement"] > 0.95
    sizes = [sum(file.stat().st_size for file in (out / "onnx").glob("*.data")) for out in (whole, half)]
    assert sizes[1] < 0.6 * sizes[0]
    network = Network(check(half), ("cpu",))
    cache = network.open()
    first = network.read(cache, np.array([[5, 6, 7]], np.int64))
    again = network.read(network.open(), np.array([[5, 6, 7, 8]], np.int64))
    assert np.allclose(first, again[:, :3], atol=1e-2)
    assert np.allclose(network.read(cache, np.array([[8]], np.int64)), again[:, 3:], atol=1e-2)


@pytest.mark.parametrize("graph", ["fused", "plain"])
@pytest.mark.parametrize("family", ["llama", "qwen2", "qwen3"])
def test_optimum_loads_the_folder_and_says_what_the_model_says(tmp_path: Path, family: str, graph: str) -> None:
    out = exported(tmp_path, family, graph, "32")
    loaded = ORTModelForCausalLM.from_pretrained(out, subfolder="onnx")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "model")
    asked = {"input_ids": torch.tensor([[5, 6, 7, 8]]), "attention_mask": torch.ones(1, 4, dtype=torch.int64)}
    said = [one.generate(**asked, max_new_tokens=12, do_sample=False).tolist() for one in (loaded, model)]
    assert said[0] == said[1]


@pytest.mark.parametrize("graph", ["fused", "plain"])
@pytest.mark.parametrize("bits", ["8", "4", "mixed"])
def test_weights_in_few_bits_load_and_are_smaller(tmp_path: Path, bits: Bits, graph: str) -> None:
    out = exported(tmp_path, graph=graph, bits=bits)
    card = json.loads((out / CARD).read_text())
    whole = sum(file.stat().st_size for file in (tmp_path / "model").glob("*.safetensors"))
    assert sum(file.stat().st_size for file in (out / "onnx").iterdir()) < whole
    assert card["bits"] == bits
    Network(check(out), ("cpu",))


def test_the_layers_that_a_card_names_are_not_weighed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = json.loads((exported(tmp_path, bits="mixed") / CARD).read_text())
    assert first["coarse"]
    named = first["coarse"][:2]
    (tmp_path / "model" / CARD).write_text(json.dumps({"coarse": [*named, "no such layer"]}))
    monkeypatch.setattr("genfacet_exporter.export.harms", None)
    model, again, prompts = (tmp_path / name for name in ("model", "again", "prompts.jsonl"))
    assert export(Wanted(model, again, None, prompts, "fused", "mixed", 0.01, 0.2))["coarse"] == named


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(tmp_path_factory.mktemp("export"))


def copy(model: Path, to: Path) -> Path:
    """A copy that may be damaged."""
    import shutil

    return Path(shutil.copytree(model, to / "copy"))


@pytest.mark.parametrize("name", ["onnx/model.onnx", "onnx/model.onnx.data", "tokenizer.json", "config.json"])
def test_a_file_that_was_cut_off_is_named(model: Path, tmp_path: Path, name: str) -> None:
    folder = copy(model, tmp_path)
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SettingsError, match=f"{name} is not the file that the card tells"):
        check(folder)


def test_a_model_of_another_prompt_or_without_a_card_is_refused(model: Path, tmp_path: Path) -> None:
    folder = copy(model, tmp_path)
    card = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps({**card, "prompt_version": 1}))
    with pytest.raises(SettingsError, match="version 1 of the prompt"):
        check(folder)
    (folder / CARD).write_text("{")
    with pytest.raises(SettingsError, match="is no JSON"):
        check(folder)
    (folder / CARD).unlink()
    with pytest.raises(SettingsError, match="cannot be read"):
        check(folder)


@pytest.mark.parametrize("named", ["", "..", "a/b"])
def test_a_registry_must_name_a_version_of_its_own(tmp_path: Path, named: str) -> None:
    (tmp_path / CURRENT).write_text(named)
    with pytest.raises(SettingsError, match="names no version"):
        resolve(tmp_path)


def test_samples_of_the_training_are_read_from_all_parts_of_their_file(tmp_path: Path) -> None:
    many = [{"prompt": f"p{number}", "answer": "a", "task": "facets"} for number in range(3 * MOST)]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(many), tmp_path / "train.parquet")
    pairs = read_pairs(tmp_path / "train.parquet")
    assert len(pairs) == MOST
    assert pairs[-1][0] == f"p{3 * MOST - 3}"


def test_errors_are_sentences_and_leave_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    file, out = str(prompts_in(tmp_path)), tmp_path / "out"
    result = CliRunner().invoke(main, ["export", str(tmp_path / "empty"), str(out), "--prompts", file])
    assert result.exit_code != 0
    assert "is no causal language model" in result.output
    assert "Traceback" not in result.output
    assert not out.exists()
    result = CliRunner().invoke(main, ["export", str(tmp_path / "none"), str(out), "--prompts", file])
    assert f"{tmp_path / 'none'} is no folder" in result.output
    model = write_tiny(tmp_path / "model")
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{}\n")
    result = CliRunner().invoke(main, ["export", str(model), str(out), "--prompts", str(bad)])
    assert "holds no prompts with answers" in result.output
    assert not out.exists()

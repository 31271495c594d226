"""The trained model that is exported: a folder that transformers loads, or adapters over a base."""

from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from genfacet.errors import SettingsError

FAMILIES = ("llama", "qwen2", "qwen3")


def write_merged(model: Path, base: Path | None, out: Path) -> Any:
    """Writes the model as one folder of 32-bit weights with its tokenizer; the model in torch.

    Raises SettingsError where the folder holds no causal language model of a known family.
    """
    for folder in filter(None, (model, base)):
        if not folder.is_dir():
            raise SettingsError(f"{folder} is no folder")
    try:
        loaded = AutoModelForCausalLM.from_pretrained(base or model, local_files_only=True, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(base or model, local_files_only=True)
        if base is not None:
            loaded = PeftModel.from_pretrained(loaded, str(model)).merge_and_unload()
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        what = f"{model} over {base}" if base else str(model)
        raise SettingsError(f"{what} is no causal language model ({str(error).splitlines()[0][:200]})") from None
    family = loaded.config.model_type
    if family not in FAMILIES:
        raise SettingsError(f"models of the family {family} are not exported, only {', '.join(FAMILIES)}")
    loaded.save_pretrained(out)
    tokenizer.save_pretrained(out)
    return loaded.eval()

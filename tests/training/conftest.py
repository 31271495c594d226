"""Fixtures of the tests that need torch: they run in an environment of their own, see scripts/test."""

import os

import pytest
from learning_shop import client, config, es_url  # noqa: F401  (fixtures)

os.environ["TOKENIZERS_PARALLELISM"] = "false"


@pytest.fixture(scope="session", autouse=True)
def _few_threads() -> None:
    import torch

    torch.set_num_threads(2)

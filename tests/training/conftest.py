"""Fixtures of the tests that need torch: they run in an environment of their own, see scripts/test."""

import os

import pytest

os.environ["TOKENIZERS_PARALLELISM"] = "false"


@pytest.fixture(scope="session", autouse=True)
def _few_threads() -> None:
    import torch

    torch.set_num_threads(2)

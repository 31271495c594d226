"""Fixtures of the tests that need torch: they run in an environment of their own, see scripts/test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from learning_shop import client, config, es_url  # noqa: F401  (fixtures)

from genfacet.student.worker import LocalStudent, Options

os.environ["TOKENIZERS_PARALLELISM"] = "false"


@pytest.fixture(scope="session", autouse=True)
def _few_threads() -> None:
    import torch

    torch.set_num_threads(2)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported tiny model."""
    from test_export import exported

    return exported(tmp_path_factory.mktemp("exported"))


@pytest.fixture
def student(folder: Path) -> Iterator[LocalStudent]:
    """That model at work."""
    opened = LocalStudent(folder, Options(providers=("cpu",), generation_s=10))
    yield opened
    opened.close()

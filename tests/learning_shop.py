"""A generated shop on a real index, with a configuration and a memory of its own, for what learns."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch
from integration.conftest import client, es_url  # noqa: F401  (fixtures)

from genfacet.cli import main

INDEX, PLANS = "genfacet-test-learning-31", "genfacet-test-learnt-plans"
WRITTEN = Path(__file__).parents[1] / "training" / "plans" / "shop-31.jsonl"


def genfacet(*arguments: str | Path) -> Result:
    """A command that has to succeed."""
    result = CliRunner().invoke(main, [*map(str, arguments)], env={"ELASTICSEARCH_URL": None})
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def config(client: Elasticsearch, es_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:  # noqa: F811
    folder = tmp_path_factory.mktemp("learning")
    shop, file = folder / "shop.jsonl", folder / "genfacet.yml"
    genfacet("shop", shop, "--seed", "31")
    genfacet("index", shop, "--index", INDEX, "--analyzer", "english", "--url", es_url, "--recreate")
    genfacet("init", "--index", INDEX, "--url", es_url, "--out", file)
    file.write_text(f"{file.read_text()}\nmemory:\n  index: {PLANS}\n")
    forget_plans(client)
    yield file
    client.indices.delete(index=INDEX)
    forget_plans(client)


def forget_plans(opened: Elasticsearch) -> None:
    """Empties the memory."""
    for name in opened.indices.get(index=f"{PLANS}*", ignore_unavailable=True):
        opened.indices.delete(index=name)

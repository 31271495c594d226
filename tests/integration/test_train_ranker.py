"""`genfacet train ranker` on a generated shop: in no time, better than counting, and served when it is named."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch

from genfacet.cli import main

INDEX = "genfacet-test-ranked"


def genfacet(*arguments: str | Path) -> Result:
    # The configuration says where Elasticsearch is, whatever other server the environment names.
    return CliRunner().invoke(main, [*map(str, arguments)], env={"ELASTICSEARCH_URL": None})


@pytest.fixture(scope="module")
def folder(client: Elasticsearch, es_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("ranked")
    shop = ("shop", made / "shop.jsonl", "--seed", "4", "--products", "2000", "--queries", made / "judgments.csv")
    index = ("index", made / "shop.jsonl", "--index", INDEX, "--url", es_url, "--recreate")
    init = ("init", "--index", INDEX, "--out", made / "genfacet.yml", "--url", es_url)
    try:
        for step in (shop, index, init):
            result = genfacet(*step)
            assert result.exit_code == 0, result.output
        yield made
    finally:
        client.indices.delete(index=INDEX, ignore_unavailable=True)


def test_learning_and_serving(folder: Path) -> None:
    out = folder / "ranker.json"
    train = ("train", "ranker", "--config", folder / "genfacet.yml", "--index", INDEX, "--out", out)
    result = genfacet(*train, "--queries", "150", "--json")
    assert result.exit_code == 0, result.output
    outcome = json.loads(result.stdout)
    assert outcome["learnt_from"] > 80
    compared = outcome["ndcg_at_5"]["look-ahead"]
    assert compared["ranker"]["ndcg"]["mean"] > compared["count"]["ndcg"]["mean"]
    facets = ("facets", "towel", "--index", INDEX, "--config", folder / "genfacet.yml", "--source", "ranker", "--json")
    shipped = json.loads(genfacet(*facets).stdout)["facets"]["facets"]
    config = folder / "genfacet.yml"
    config.write_text(config.read_text() + f"\nengine: {{ranker: '{out}'}}\n")
    own = json.loads(genfacet(*facets).stdout)["facets"]["facets"]
    assert own
    assert {facet["source"] for facet in own + shipped} == {"ranker"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--queries", "0"), "nothing to learn from"),
        (("--index", "genfacet-test-none"), "is not configured"),
    ],
)
def test_what_cannot_be_learnt_is_a_sentence(folder: Path, arguments: tuple[str, str], sentence: str) -> None:
    out = folder / "none.json"
    result = genfacet(
        "train", "ranker", "--config", folder / "genfacet.yml", "--index", INDEX, "--out", out, *arguments
    )
    assert result.exit_code == 2
    assert sentence in result.output
    assert not out.exists()

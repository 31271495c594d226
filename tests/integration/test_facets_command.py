"""`genfacet facets`: a shopper's view of a query in the terminal."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch
from small_shop import INDEX_SETTINGS, opened_shop

from genfacet.cli import main

INDEX = "genfacet-test-facets-command"


@pytest.fixture(scope="module")
def shop(client: Elasticsearch) -> Iterator[str]:
    with opened_shop(client, INDEX) as name:
        yield name


@pytest.fixture
def facets(es_url: str, shop: str, tmp_path: Path) -> Any:
    file = tmp_path / "genfacet.yml"
    # A shop that does not count its hits.
    search = {**INDEX_SETTINGS["search"]}
    search["template"] = {**search["template"], "track_total_hits": False, "size": 40}
    settings = {"elasticsearch": {"url": es_url}, "indices": {shop: {**INDEX_SETTINGS, "search": search}}}
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")

    def run(*arguments: str) -> Result:
        # An empty address: the one of the file holds.
        environment = {"ELASTICSEARCH_URL": "", "COLUMNS": "100"}
        return CliRunner().invoke(main, ["facets", *arguments, "--config", str(file)], env=environment)

    return run


def total(client: Elasticsearch, *filters: dict[str, Any]) -> int:
    text = {"multi_match": {"query": "printer", "fields": ["title^3", "description"]}}
    return int(client.count(index=INDEX, query={"bool": {"must": [text], "filter": list(filters)}})["count"])


def test_facets_are_a_table_with_counts_and_reasons(client: Elasticsearch, facets: Any) -> None:
    said = facets("printer", "--size", "20")
    assert said.exit_code == 0, said.output
    assert f"printer: {total(client)} results" in said.output
    in_stock = total(client, {"term": {"in_stock": True}})
    assert re.search(rf"In stock .*Yes \({in_stock}\) .*splits {total(client)} results into 2 parts", said.output)
    assert "Executed" not in said.output


def test_a_selection_shows_the_executed_request_and_its_hits(client: Elasticsearch, facets: Any) -> None:
    said = facets("printer", "--select", "brand=HP", "--select", "colour=Mauve", "--size", "1")
    assert said.exit_code == 0, said.output
    assert "Ignored: colour=Mauve" in said.output
    assert re.search(rf"x HP \({total(client, {'term': {'brand': 'HP'}})}\)", said.output)
    executed, hits = said.output.split("Executed (mode filter):")[1].split("First hits:")
    assert json.loads(executed)["query"]["bool"]["filter"] == [{"terms": {"brand": ["HP"]}}]
    identifiers = [line.split()[0] for line in hits.splitlines() if line.strip()]
    assert len(identifiers) == 5
    assert {client.get(index=INDEX, id=i)["_source"]["brand"] for i in identifiers} == {"HP"}


def test_a_selection_of_nothing_that_is_there_is_said(facets: Any) -> None:
    said = facets("printer", "--select", "brand=Nobody")
    assert "Ignored: brand=Nobody" in said.output
    assert "Executed (mode none, nothing that was selected is there):" in said.output


def test_explanations_name_the_figures_of_each_facet_and_of_the_set(facets: Any) -> None:
    said = facets("printer", "--explain")
    assert said.exit_code == 0, said.output
    for figure in ("Coverage: ", "Evenness: ", "coverage: ", "redundancy: ", "selectivity: "):
        assert figure in said.output


def test_json_holds_the_section_the_request_and_the_hits(client: Elasticsearch, facets: Any) -> None:
    said = facets("printer", "--select", "~use=photo", "--json")
    shown = json.loads(said.stdout)
    assert shown["facets"]["query"]["mode"] == "rewrite"
    assert shown["facets"]["query"]["rewritten"] == "printer photo"
    assert "printer photo" in json.dumps(shown["executed"])
    assert shown["facets"]["facets"][0]["name"] == "~use"
    assert shown["hits"]["hits"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("printer", "--index", "none"), "the index none is not configured"),
        (("printer", "--select", "brand"), "does not read FACET=VALUE"),
        (("printer", "--source", "guess"), "known are count, entropy, memory, ranker, score, significant"),
        (("printer", "--source", "student"), "no student is configured"),
        (("printer", "--student", "/no/such/folder"), "is no folder of a model"),
        (("printer", "--url", "http://127.0.0.1:1"), "cannot be reached"),
    ],
)
def test_what_is_wrong_is_one_sentence(facets: Any, arguments: tuple[str, ...], sentence: str) -> None:
    said = facets(*arguments)
    assert said.exit_code == 2
    assert sentence in said.output
    assert "Traceback" not in said.output

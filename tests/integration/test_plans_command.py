"""The project's own plans hold where they are executed, and `genfacet plans check` says what does not."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from elasticsearch import BadRequestError, Elasticsearch

from genfacet.cli import main

PLANS = Path(__file__).parents[2] / "training" / "plans"
ICECAT = "genfacet-test-planned-icecat"
SEEDS = (31, 32, 34, 35, 36, 37)


def genfacet(*arguments: str | Path) -> Result:
    # The configuration says where Elasticsearch is, whatever other server the environment names.
    return CliRunner().invoke(main, [*map(str, arguments)], env={"ELASTICSEARCH_URL": None})


def check(file: Path, index: str, config: Path) -> dict[str, Any]:
    result = genfacet("plans", "check", file, "--index", index, "--config", config, "--json")
    outcome: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (1 if outcome["found"] else 0)
    return outcome


@pytest.fixture(scope="module", params=SEEDS)
def shop(request: pytest.FixtureRequest, client: Elasticsearch, es_url: str, tmp_path_factory: Any) -> Iterator[Any]:
    """A generated shop, loaded as its plans want it: the index, its configuration, and the file of plans."""
    seed = request.param
    index, folder = f"genfacet-test-planned-{seed}", tmp_path_factory.mktemp("planned")
    _need_english(client)
    steps = (
        ("shop", folder / "shop.jsonl", "--seed", str(seed)),
        ("index", folder / "shop.jsonl", "--index", index, "--analyzer", "english", "--url", es_url, "--recreate"),
        ("init", "--index", index, "--out", folder / "genfacet.yml", "--url", es_url),
    )
    try:
        for step in steps:
            result = genfacet(*step)
            assert result.exit_code == 0, result.output
        yield index, folder / "genfacet.yml", PLANS / f"shop-{seed}.jsonl"
    finally:
        client.indices.delete(index=index, ignore_unavailable=True)


def _need_english(client: Elasticsearch) -> None:
    try:
        client.indices.analyze(analyzer="english", text="lamps")
    except BadRequestError:
        pytest.skip("this build of Elasticsearch has no analyzer english, for which the plans were written")


def test_plans_of_generated_shops_hold(shop: tuple[str, Path, Path]) -> None:
    index, config, file = shop
    outcome = check(file, index, config)
    assert outcome["found"] == []
    assert outcome["hold"] == outcome["plans"] > 20


def test_plans_of_icecat_hold(client: Elasticsearch, es_url: str, icecat_path: Path, tmp_path: Path) -> None:
    _need_english(client)
    loaded = genfacet("index", icecat_path, "--index", ICECAT, "--analyzer", "english", "--url", es_url, "--recreate")
    try:
        assert loaded.exit_code == 0, loaded.output
        config = tmp_path / "genfacet.yml"
        made = genfacet("init", "--index", ICECAT, "--out", config, "--url", es_url)
        assert made.exit_code == 0, made.output
        settings = yaml.safe_load(config.read_text())
        fields = ["title^3", "brand^2", "short_description"]
        words = {"query": "{{query}}", "fields": fields, "type": "cross_fields", "minimum_should_match": "2<70%"}
        settings["indices"][ICECAT]["search"] = {"template": {"query": {"multi_match": words}}, "text_fields": fields}
        config.write_text(yaml.safe_dump(settings))
        outcome = check(PLANS / "icecat.jsonl", ICECAT, config)
    finally:
        client.indices.delete(index=ICECAT, ignore_unavailable=True)
    assert outcome["found"] == []
    assert outcome["hold"] == outcome["plans"] > 100


def test_what_does_not_hold_is_named(shop: tuple[str, Path, Path], tmp_path: Path) -> None:
    index, config, written = shop
    query = json.loads(written.read_text().splitlines()[0])["query"]
    file = tmp_path / "plans.jsonl"
    facets = [
        {"name": "brand", "values": ["No such brand"]},
        {"name": "price", "values": ["0.."]},
        {"name": "in_stock", "values": ["perhaps"]},
        {"name": "~use", "label": "What for", "values": ["nothing|weight=..1000000"]},
    ]
    rewrite = {"selected": {"in_stock": ["yes"]}, "query": "zzzz"}
    plans = [{"query": query, "facets": facets, "rewrites": [rewrite]}, {"query": "zzzz", "facets": facets}, {}]
    file.write_text("\n".join(map(json.dumps, plans)))
    found = check(file, index, config)["found"]
    assert [entry["line"] for entry in found] == [1, 2, 3]
    first = " / ".join(found[0]["problems"])
    for part in (
        "No such brand finds 0",
        "price=0..",
        "in_stock=perhaps means nothing",
        "'zzzz' satisfies its selection 0",
    ):
        assert part in first
    assert found[1]["problems"] == ["the query finds nothing"]
    assert found[2]["query"] is None

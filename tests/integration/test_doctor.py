"""`genfacet doctor` on real deployments, good and bad ones."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from doctor_runs import examine, found, run
from elasticsearch import Elasticsearch
from odd_shop import load_shop

Configure = Callable[..., Path]


@pytest.fixture(scope="module")
def shop(client: Elasticsearch) -> Iterator[str]:
    name = "genfacet-test-doctor-shop"
    client.indices.delete(index=name, ignore_unavailable=True)
    load_shop(client, name)
    yield name
    client.indices.delete(index=name, ignore_unavailable=True)


@pytest.fixture
def configure(es_url: str, shop: str, tmp_path: Path) -> Configure:
    """Writes the configuration of the shop with changes of its index section, and a control index of its own."""
    file = tmp_path / "genfacet.yml"

    def write(**changes: Any) -> Path:
        run("init", "--url", es_url, "--index", shop, "--out", str(file), "--force")
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
        values["indices"][shop] |= changes
        values["control"] = {"index": f"{shop}-control"}
        file.write_text(yaml.safe_dump(values), encoding="utf-8")
        return file

    return write


def test_a_healthy_deployment_is_ok_throughout(es_url: str, shop: str, configure: Configure) -> None:
    code, report = examine(configure(), es_url)
    assert code == 0
    assert report["ok"] is True
    assert {check["status"] for check in report["checks"]} == {"ok"}
    about = {check["about"] for check in report["checks"]}
    parts = ("index", "fields", "request cache", "features", "search.template", "dry run")
    assert about == {"configuration", "cluster", "credentials", "control", *(f"{shop}: {part}" for part in parts)}


def test_the_cost_is_that_of_the_engines_own_requests(
    es_url: str, client: Elasticsearch, shop: str, configure: Configure
) -> None:
    before = query_total(client, shop)
    _, report = examine(configure(), es_url)
    (cost,) = report["cost"]
    assert cost["index"] == shop
    assert cost["queries"] >= 5
    assert (cost["requests_new"], cost["requests_repeated"]) == (2, 1)
    assert min(cost["search_ms"], cost["probe_ms"], cost["counts_ms"], cost["repeated_ms"]) > 0
    assert min(cost["sent"], cost["received"]) > 200
    assert (cost["without"], cost["reasons"]) == (0, [])
    assert query_total(client, shop) > before


def query_total(client: Elasticsearch, index: str) -> int:
    return int(client.indices.stats(index=index, metric="search")["_all"]["total"]["search"]["query_total"])


def test_people_read_a_line_a_check_and_a_table(es_url: str, shop: str, configure: Configure) -> None:
    result = run("doctor", "--config", str(configure()), "--url", es_url)
    assert result.exit_code == 0
    assert f"ok    {shop}: features: filters, sampler, random score, nested (features), percentiles" in result.stdout
    assert "new query: probe" in result.stdout
    assert '"privileges": ["read"]' in result.stdout


def test_queries_come_from_a_file(es_url: str, shop: str, configure: Configure, tmp_path: Path) -> None:
    file = tmp_path / "queries.txt"
    file.write_text("kettle\n\nred lamp\nzzzz\n", encoding="utf-8")
    _, report = examine(configure(), es_url, "--queries", str(file))
    assert report["cost"][0]["queries"] == 3
    assert report["cost"][0]["without"] == 1
    assert "2 of 3 queries find something" in found(report, "ok")[f"{shop}: search.template"]
    assert "2 of 3 queries got facets" in found(report, "warn")[f"{shop}: dry run"]


def test_wrong_fields_are_named_with_the_right_ones(es_url: str, shop: str, configure: Configure) -> None:
    config = configure(
        facets={
            "brnd": {"field": "brnd"},
            "title": {"field": "title"},
            "category": {"field": "category", "type": "number"},
            "fast": {"field": "fast"},
            "finish": {"field": "sold.finish", "flattened": True},
        },
        families=[{"path": "offers", "name": "offers.seller", "text": "offers.seller"}],
    )
    code, report = examine(config, es_url)
    assert code == 1
    problems = [c["found"] + " → " + c["remedy"] for c in report["checks"] if c["about"] == f"{shop}: fields"]
    for expected in (
        "brnd does not exist → did you mean brand?",
        "title is text, not keyword → use title.keyword",
        "category is keyword, not a number",
        "fast cannot be counted (its doc_values are off)",
        "sold.finish is integer, not flattened",
        "offers is object, not nested",
    ):
        assert any(problem.startswith(expected) for problem in problems), (expected, problems)


def test_a_missing_index_fails(es_url: str, shop: str, configure: Configure) -> None:
    config = configure()
    values = yaml.safe_load(config.read_text(encoding="utf-8"))
    values["indices"]["genfacet-test-gone"] = values["indices"].pop(shop)
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    code, report = examine(config, es_url)
    assert code == 1
    assert "there is no such index" in found(report, "fail")["genfacet-test-gone: index"]


@pytest.mark.parametrize(
    ("template", "status", "sentence"),
    [
        ({"query": {"match": {"title": "kettle"}}}, "warn", "no text query holds {{query}}"),
        ({"query": {"mtch": {"title": "{{query}}"}}}, "fail", "unknown query [mtch]"),
        ({"query": {"match": {"sku": "{{query}}"}}}, "warn", "nothing for"),
    ],
)
def test_a_template_that_does_not_search_is_found(
    es_url: str, shop: str, configure: Configure, template: dict[str, Any], status: str, sentence: str
) -> None:
    config = configure(search={"template": template, "text_fields": ["title"]})
    code, report = examine(config, es_url)
    said = [
        f"{check['found']} {check['remedy']}"
        for check in report["checks"]
        if check["about"] == f"{shop}: search.template" and check["status"] == status
    ]
    assert any(sentence in line for line in said), report["checks"]
    assert (code == 1) == (status == "fail" or not report["ok"])


def test_a_request_cache_that_is_off_is_a_warning(
    es_url: str, client: Elasticsearch, shop: str, configure: Configure
) -> None:
    client.indices.put_settings(index=shop, settings={"index.requests.cache.enable": False})
    try:
        code, report = examine(configure(), es_url)
    finally:
        client.indices.put_settings(index=shop, settings={"index.requests.cache.enable": None})
    assert code == 0
    assert f"off in {shop}" in found(report, "warn")[f"{shop}: request cache"]


def test_the_switch_is_reported_as_it_stands(
    es_url: str, client: Elasticsearch, shop: str, configure: Configure
) -> None:
    config = configure()
    control = f"{shop}-control"
    try:
        for document, status, sentence in (
            ({"enabled": False}, "warn", "facets are switched off"),
            ({"enabled": True, "rollout_percent": 25}, "ok", "on for 25 % of the clients"),
            ({"enabled": "perhaps"}, "fail", "malformed"),
        ):
            client.indices.delete(index=control, ignore_unavailable=True)
            client.index(index=control, id="control", document=document, refresh=True)
            _, report = examine(config, es_url)
            assert sentence in found(report, status)["control"]
            # The dry run does not depend on the switch.
            assert report["cost"][0]["without"] == 0
    finally:
        client.indices.delete(index=control, ignore_unavailable=True)


def test_a_cluster_that_does_not_answer_is_one_failure(configure: Configure) -> None:
    code, report = examine(configure(), "http://127.0.0.1:1")
    assert code == 1
    assert list(found(report, "fail")) == ["cluster"]
    assert report["cost"] == []


def test_nothing_configured_says_what_to_do(es_url: str, tmp_path: Path) -> None:
    file = tmp_path / "genfacet.yml"
    file.write_text("{}", encoding="utf-8")
    code, report = examine(file, es_url)
    assert code == 1
    assert "genfacet init" in found(report, "fail")["configuration"]

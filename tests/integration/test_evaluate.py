"""The evaluation kit on real indices: what it says of good and bad sources, of bad input, and of interrupted runs."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk
from small_shop import documents, opened_shop, shop_settings

from genfacet.cli import main
from genfacet.facets import Definition
from genfacet.sources import View
from genfacet_training.evaluation.arms import Arm
from genfacet_training.evaluation.baselines import make_arms
from genfacet_training.evaluation.gold import find_gold, make_gold
from genfacet_training.evaluation.judgments import read_judgments
from genfacet_training.evaluation.parts import opened_parts
from genfacet_training.evaluation.run import Evaluation, Row, run
from genfacet_training.evaluation.shop import Shop

INDEX = "genfacet-test-evaluated"
NOTES = "genfacet-test-notes"


@pytest.fixture(scope="module")
def shop(client: Elasticsearch, es_url: str) -> Iterator[Shop]:
    with opened_shop(client, INDEX), Shop(client, shop_settings(es_url, INDEX), INDEX) as opened:
        yield opened


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For each of three queries: wanted are the black products, and those that are not are judged too."""
    file = tmp_path_factory.mktemp("judged") / "judgments.csv"
    lines = ["query,docid,rating"]
    for query in ("laser printer", "quiet", "ink scanner"):
        for id_, product in list(documents().items())[:120]:
            colours = [a["value"] for a in product["attributes"] if a["name"] == "colour"]
            lines.append(f"{query},{id_},{3 if 'Black' in colours else 0}")
    lines += ["laser printer,no-such-product,3", "quiet,p1,eleven", "nothing like it,p1,0", "zzzz,p2,3", "quiet,p2"]
    file.write_text("\n".join(lines))
    return file


def command(config: Path, *arguments: str | Path) -> Result:
    """Runs a command of the configured server, whatever other server the environment names."""
    return CliRunner().invoke(main, [*map(str, arguments), "--config", str(config)], env={"ELASTICSEARCH_URL": None})


@pytest.fixture(scope="module")
def config(es_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("config") / "genfacet.yml"
    settings = shop_settings(es_url, INDEX, "genfacet-test-gone")
    file.write_text(json.dumps(settings.model_dump(mode="json")))  # JSON is YAML
    return file


@pytest.fixture(scope="module")
def reports(shop: Shop, config: Path, judged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("evaluated")
    names = "none,count,statistics,random,popular,unverified,retrieve,brand_first,significant,entropy"
    arguments = ["evaluate", "--index", INDEX, "--judgments", judged, "--sources", names, "--out", out]
    result = command(config, *arguments)
    assert result.exit_code == 0, result.output
    return out


def read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text())
    return content


def test_a_report_for_people_and_one_for_machines(reports: Path) -> None:
    report = read(reports / "report.json")
    assert report["kind"] == "evaluation"
    assert report["simulated"] is False
    assert report["baseline"] == "none"
    assert report["settings"]["matcher"] == "exact"
    assert report["metrics"]["gold_ndcg"]["about"].endswith("Matcher: exact.")
    assert report["stages"].keys() >= {"search", "probe", "counts", "measures"}
    assert set(report["latency"]) == set(report["arms"])
    for stem in ("report", "selections"):
        page = (reports / f"{stem}.html").read_text()
        assert "<svg" in page or "data:image" in page
        assert "http://" not in page.replace("http://www.w3.org", "")


def test_controls_are_caught(reports: Path) -> None:
    metrics = read(reports / "report.json")["metrics"]

    def mean(metric: str, arm: str) -> float:
        value: float = metrics[metric]["arms"][arm]["mean"]
        return value

    assert mean("dead_ends", "unverified") > 0
    assert all(mean("dead_ends", arm) == 0 for arm in ("count", "statistics", "random", "popular"))
    assert mean("promotion", "none") == 0
    assert mean("promotion", "statistics") > mean("promotion", "popular")
    assert mean("facets", "none") == 0
    assert mean("gold_ndcg", "statistics") > mean("gold_ndcg", "popular")


def test_a_filter_brings_only_what_was_selected(reports: Path) -> None:
    selections = read(reports / "selections.json")
    satisfied = {arm: figure["mean"] for arm, figure in selections["metrics"]["satisfied"]["arms"].items()}
    assert satisfied["filter"] == 1
    assert satisfied["no selection"] < satisfied["soft"] <= 1
    hit_rate = selections["metrics"]["hit_rate"]["differences"]["filter"]
    assert hit_rate["mean"] > 0
    promotion = {arm: figure["mean"] for arm, figure in selections["metrics"]["selected_promotion"]["arms"].items()}
    assert promotion["no selection"] == 0
    assert promotion["filter"] > 0


def test_what_cannot_be_used_is_counted(reports: Path) -> None:
    queries = read(reports / "report.json")["queries"]
    assert queries["judged"] == 5
    problems = queries["problems"]
    assert problems["query without a relevant document"] == 1
    assert problems["rating is not a number"] == 1
    assert problems["too few columns"] == 1
    assert problems["judgement of a document that the index does not hold"] == 1
    assert problems["query without results"] == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--sources", "counts"], "unknown source [counts]"),
        (["--sources", "clicks"], "needs a history"),
        (["--sources", " , "], "--sources names no source"),
        (["--index", "genfacet-test-other"], "is not configured"),
        (["--index", "genfacet-test-gone"], "has no index genfacet-test-gone"),
    ],
)
def test_one_sentence_of_what_to_do(
    config: Path, judged: Path, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    given = ["evaluate", "--index", INDEX, "--judgments", judged, "--out", tmp_path / "out", *arguments]
    result = command(config, *given)
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output


class Failing:
    """Proposes nothing but trouble for one query, and facets by count for the others."""

    needs_background = False

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        if view.query == "quiet":
            raise RuntimeError("no idea")
        proposed: Sequence[Definition] = self._inner.propose(view, size, values)
        return proposed


def evaluate(shop: Shop, arms: list[Arm], judged: Path, out: Path, workers: int, **more: Any) -> list[Row]:
    judgments = read_judgments(judged)
    gold = {gold.query: gold for gold in make_gold(shop, judgments)}
    with opened_parts(out, {"arms": [arm.name for arm in arms]}) as parts:
        return run(Evaluation(shop, arms, judgments, gold), parts, workers, **more)


def figures(rows: list[Row]) -> list[Any]:
    return [(row["query"], row["arm"], row["figures"], row["facets"], row["problem"]) for row in rows]


def test_a_source_that_raises_is_a_problem_of_its_own_rows(shop: Shop, judged: Path, tmp_path: Path) -> None:
    (count,) = make_arms(["count"], shop)
    rows = evaluate(shop, [count, Arm("failing", Failing(count.source))], judged, tmp_path, 2)
    problems = {(row["query"], row["arm"]): row["problem"] for row in rows}
    assert problems["quiet", "failing"] == "facets failed: RuntimeError"
    assert problems["laser printer", "failing"] is None
    assert problems["quiet", "count"] is None
    assert next(row for row in rows if row["problem"] and row["arm"] == "failing")["figures"] == {}


def test_the_same_seed_gives_the_same_numbers_for_any_number_of_workers(
    shop: Shop, judged: Path, tmp_path: Path
) -> None:
    arms = make_arms(["none", "random", "statistics", "retrieve"], shop)
    one = evaluate(shop, arms, judged, tmp_path / "one", 1)
    many = evaluate(shop, arms, judged, tmp_path / "many", 4)
    assert figures(one) == figures(many)


def test_an_interrupted_run_goes_on(shop: Shop, judged: Path, tmp_path: Path) -> None:
    arms = make_arms(["none", "count"], shop)
    done: list[int] = []

    def interrupt_after(most: int) -> Callable[[], None]:
        def on_part() -> None:
            done.append(1)
            if len(done) == most:
                raise KeyboardInterrupt

        return on_part

    with pytest.raises(KeyboardInterrupt):
        evaluate(shop, arms, judged, tmp_path / "cut", 1, on_part=interrupt_after(5))
    kept = len(done)
    rows = evaluate(shop, arms, judged, tmp_path / "cut", 1, on_part=lambda: done.append(1))
    assert len(done) == len(rows)  # nothing was done twice
    assert kept < len(rows)
    assert figures(rows) == figures(evaluate(shop, arms, judged, tmp_path / "whole", 1))


MOVING = "genfacet-test-moving"


@pytest.fixture
def moving(client: Elasticsearch, es_url: str, tmp_path: Path) -> Iterator[list[str | Path]]:
    """How to evaluate a shop whose search chokes on a bracket; what comes out is in ``out``."""
    products = dict(list(documents().items())[:60])
    settings = shop_settings(es_url, MOVING).model_dump(mode="json")
    template = {"query": {"query_string": {"query": "{{query}}", "fields": ["title", "description"]}}}
    settings["indices"][MOVING]["search"]["template"] = template
    (tmp_path / "genfacet.yml").write_text(json.dumps(settings))
    judged = ["query,docid,rating", "printer,p1,1", "printer (,p1,1", "scanner,p2,1"]
    (tmp_path / "judgments.csv").write_text("\n".join(judged))
    common: list[str | Path] = ["--index", MOVING, "--judgments", tmp_path / "judgments.csv"]
    with opened_shop(client, MOVING, products):
        yield common


def test_a_query_whose_search_fails_is_counted_and_the_others_go_on(moving: list[str | Path], tmp_path: Path) -> None:
    arguments = ["evaluate", *moving, "--sources", "none,count", "--out", tmp_path / "out"]
    result = command(tmp_path / "genfacet.yml", *arguments)
    assert result.exit_code == 0, result.output
    report = read(tmp_path / "out" / "report.json")
    assert report["metrics"]["gold_ndcg"]["arms"]["count"]["n"] > 0
    problems = report["queries"]["problems"]
    assert problems["count: a search failed: a sibling was answered with status 400"] == 1
    assert problems["query that nobody looked ahead for: its search failed, or --gold lacks it"] == 1
    gold = command(tmp_path / "genfacet.yml", "gold", *moving, "--out", tmp_path / "new" / "gold.jsonl", "--json")
    assert gold.exit_code == 0, gold.output
    assert json.loads(gold.stdout)["failed"] == 1


def test_figures_of_an_index_that_has_changed_are_not_passed_off_as_new(
    client: Elasticsearch, moving: list[str | Path], tmp_path: Path
) -> None:
    arguments = ["evaluate", *moving, "--sources", "count", "--out", tmp_path / "out"]
    config = tmp_path / "genfacet.yml"
    assert command(config, *arguments).exit_code == 0
    again = command(config, *arguments)
    assert again.exit_code == 0
    assert "of an earlier run" in again.output
    before = read(tmp_path / "out" / "report.json")
    product = documents()["p3"]
    client.index(index=MOVING, id="p3", document=product | {"title": "printer " * 9}, refresh=True)
    refused = command(config, *arguments)
    assert refused.exit_code == 2
    assert "an index that has changed since" in refused.output
    assert command(config, *arguments, "--fresh").exit_code == 0
    assert read(tmp_path / "out" / "report.json")["made_at"] >= before["made_at"]


def test_a_look_ahead_that_was_interrupted_goes_on(
    shop: Shop, judged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judgments, file = read_judgments(judged), tmp_path / "gold.jsonl"
    whole = find_gold(shop, judgments, tmp_path / "whole.jsonl")
    asked: list[str] = []
    ranking = shop.ranking

    def interrupted(query: str) -> Any:
        asked.append(query)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return ranking(query)

    monkeypatch.setattr(shop, "ranking", interrupted)
    with pytest.raises(KeyboardInterrupt):
        find_gold(shop, judgments, file)
    assert [gold.facets for gold in find_gold(shop, judgments, file)] == [gold.facets for gold in whole]
    assert len(asked) == 1 + len(whole)  # only the one that was cut short was asked twice
    assert file.read_text() == (tmp_path / "whole.jsonl").read_text()


@pytest.fixture
def notes(client: Elasticsearch) -> Iterator[str]:
    """An index of another kind: long texts, few attributes with several values, ids of any characters, no price."""
    chance = random.Random(5)
    topics = ["tax", "travel", "health", "garden", "music", "law"]
    words = [f"word{n}" for n in range(400)]
    keyword = {"type": "keyword"}
    client.indices.delete(index=NOTES, ignore_unavailable=True)
    client.indices.create(
        index=NOTES,
        mappings={"properties": {"body": {"type": "text"}, "topics": keyword, "author": keyword}},
        settings={"number_of_replicas": 0},
    )
    bulk(
        client,
        (
            {
                "_index": NOTES,
                "_id": f"note/{n}, «{n % 7}» \\ ü",
                "_source": {
                    "body": " ".join(chance.choices(words, k=600)),
                    "topics": chance.sample(topics, 2),
                    "author": f"author {n % 9}",
                },
            }
            for n in range(300)
        ),
        refresh=True,
    )
    yield NOTES
    client.indices.delete(index=NOTES)


def test_an_index_of_another_kind(notes: str, es_url: str, tmp_path: Path) -> None:
    config = tmp_path / "genfacet.yml"
    search = {"template": {"query": {"match": {"body": "{{query}}"}}}, "text_fields": ["body"]}
    facets = {"topics": {"field": "topics"}, "author": {"field": "author"}}
    indices = {notes: {"search": search, "facets": facets}}
    config.write_text(json.dumps({"elasticsearch": {"url": es_url}, "indices": indices}))
    file = tmp_path / "judgments.csv"
    chance = random.Random(6)
    lines = ["docid,query,rating"]
    for n in range(150):
        place = chance.randrange(300)
        lines.append(f'"note/{place}, «{place % 7}» \\ ü",word{n} word{n + 1},1')
        lines.append(f'"note/{n}, «{n % 7}» \\ ü",word{n} word{n + 1},0')
    file.write_text("\n".join(lines), encoding="utf-8")
    arguments = ["evaluate", "--index", notes, "--judgments", file, "--out", tmp_path / "out"]
    result = command(config, *arguments, "--sources", "none,statistics,retrieve")
    assert result.exit_code == 0, result.output
    report = read(tmp_path / "out" / "report.json")
    assert report["queries"]["used"] > 100
    assert report["metrics"]["promotion"]["arms"]["statistics"]["mean"] > 0
    assert report["metrics"]["coverage"]["arms"]["statistics"]["mean"] == 1


def test_gold_facets_are_a_file_that_belongs_to_its_judgements(
    shop: Shop, config: Path, judged: Path, tmp_path: Path
) -> None:
    file = tmp_path / "gold.jsonl"
    result = command(config, "gold", "--index", INDEX, "--judgments", judged, "--out", file)
    assert result.exit_code == 0, result.output
    assert "query without a relevant document" in result.output
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert {line["query"] for line in lines[1:]} == {"laser printer", "quiet", "ink scanner", "zzzz"}
    gold = lines[1]["facets"]
    assert gold[0]["gain"] == max(facet["gain"] for facet in gold) > 0
    assert all(value["count"] > 0 for facet in gold for value in facet["values"])
    other = tmp_path / "other.csv"
    other.write_text("query,docid,rating\nquiet,p1,1\n")
    given = ["evaluate", "--index", INDEX, "--judgments", other, "--out", tmp_path / "out", "--gold", file]
    refused = command(config, *given)
    assert refused.exit_code == 2
    assert "make it again with `genfacet gold`" in refused.output

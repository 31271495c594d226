"""The way of an evaluation, from judgements to its reports."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson

from genfacet.connection import Connection
from genfacet.settings import Settings
from genfacet.students import load_student
from genfacet_training.evaluation.baselines import make_arms
from genfacet_training.evaluation.embedding import Embedding
from genfacet_training.evaluation.experts import read_experts
from genfacet_training.evaluation.gold import Gold, asked_of, find_gold, fingerprint, read_gold
from genfacet_training.evaluation.judgments import Judgments
from genfacet_training.evaluation.metrics.matching import CANONICAL, EXACT, Matcher, embedding
from genfacet_training.evaluation.parts import data_mark, digest_of, opened_parts, say_resumed
from genfacet_training.evaluation.progress import progress
from genfacet_training.evaluation.results import count_problems, make_report, merge
from genfacet_training.evaluation.run import NO_RESULTS, Evaluation, Row, count_parts, run
from genfacet_training.evaluation.selections import MODES, STUDENT
from genfacet_training.evaluation.shop import Shop
from genfacet_training.reports.output import show_report, write_report

LIKE = 0.7
"""Cosine from which two labels mean the same facet."""
MATCHED = ("gold_top1", "gold_hit", "gold_mrr", "gold_ndcg", "expert_ndcg", "expert_top1", "expert_hit", "expert_mrr")
"""The figures of closed facets against chosen ones."""
UNKNOWN = "judgement of a document that the index does not hold"
WITHOUT_GOLD = "query that nobody looked ahead for: its search failed, or --gold lacks it"


@dataclass(frozen=True)
class Options:
    """What `genfacet evaluate` was asked for."""

    index: str
    sources: Sequence[str]
    out: Path
    gold: Path | None = None
    plans: Path | None = None
    history: Path | None = None
    matcher: str = "exact"
    seed: int = 1
    workers: int = 2
    fresh: bool = False
    as_json: bool = False


def evaluate(settings: Settings, connection: Connection, judgments: Judgments, options: Options) -> None:
    """Evaluates and writes both reports; raises SettingsError and ShopError."""
    started = time.monotonic()
    student = load_student(settings.student)
    with connection.client(request_timeout=60) as client, Shop(client, settings, options.index, (), student) as shop:
        shop.check()
        arms = make_arms(options.sources, shop, options.seed, options.history)
        experts = read_experts(options.plans, shop.catalog) if options.plans else {}
        modes = MODES if student is None else (*MODES, STUDENT)
        closed, opened = _matchers(options.matcher, shop, options.seed)
        decisive = _decisive(shop, judgments, experts, options) | {"data": data_mark(client, options.index)}
        with opened_parts(options.out, decisive, fresh=options.fresh) as parts:
            parts.forget(lambda row: row["problem"] not in {None, NO_RESULTS})
            say_resumed(options.out, len(parts.done))
            gold = _gold(shop, judgments, options)
            evaluation = Evaluation(shop, arms, judgments, gold, experts, options.seed, closed, opened, modes)
            with progress("Evaluating", count_parts(evaluation), done=len(parts.done)) as on_part:
                rows = run(evaluation, parts, options.workers, on_part)
        unknown = _unknown(shop, judgments)
        lacking = sum(query not in gold for query in judgments.queries())
        stages = {stage: round(seconds, 2) for stage, seconds in shop.stages.items()}
    spent = {"seconds": round(time.monotonic() - started, 2), "stages": stages}
    settings_told = {"matcher": closed.name, **asked_of(shop, judgments)}
    matchers = dict.fromkeys(MATCHED, closed.name) | {"expert_open_hit": opened.name}
    compared = {"report": [arm.name for arm in arms], "selections": [mode.name for mode in modes]}
    written: dict[str, Any] = {}
    for stem, names in compared.items():
        own = merge(row for row in rows if row["arm"] in names)
        queries = _queries(judgments, {UNKNOWN: unknown, WITHOUT_GOLD: lacking}, own)
        written[stem] = make_report(
            index=options.index,
            seed=options.seed,
            arms=names,
            queries=queries,
            rows=own,
            matchers=matchers,
            settings=settings_told,
            **spent,
        )
        report = write_report(written[stem], options.out / stem)
        if not options.as_json:
            show_report(report, options.out / stem)
    if options.as_json:
        click.echo(orjson.dumps(written, option=orjson.OPT_INDENT_2))


def _decisive(shop: Shop, judgments: Judgments, experts: Mapping[str, object], options: Options) -> dict[str, Any]:
    """All that decides what a row comes to, but for the content of the index."""
    return {
        "index": options.index,
        "sources": list(options.sources),
        "seed": options.seed,
        "matcher": options.matcher,
        "experts": sorted(experts),
        "gold": digest_of(options.gold),
        "history": digest_of(options.history),
        "engine": shop.settings.engine.model_dump(mode="json"),
        "student": shop.settings.student.model_dump(mode="json"),
        "inputs": fingerprint(shop, judgments),
    }


def _gold(shop: Shop, judgments: Judgments, options: Options) -> dict[str, Gold]:
    """The gold facets: those given, else those that are kept in the folder, made now where an earlier run did not."""
    if options.gold is not None:
        return read_gold(options.gold, fingerprint(shop, judgments))
    found = find_gold(shop, judgments, options.out / "gold.jsonl", fresh=options.fresh)
    return {gold.query: gold for gold in found}


def _matchers(name: str, shop: Shop, seed: int) -> tuple[Matcher, Matcher]:
    """The tests for closed facets and for the labels of open ones, which no two people spell alike."""
    if name != "embedding":
        return (EXACT if name == "exact" else CANONICAL), CANONICAL
    learned = Embedding.fit(shop.sample(3000, seed), shop.catalog, seed)
    alike = embedding(learned.similarity, LIKE)
    return alike, alike


def _unknown(shop: Shop, judgments: Judgments) -> int:
    """How many judgements are of documents that the index does not hold."""
    judged = {id_ for ratings in judgments.ratings.values() for id_ in ratings}
    known = shop.known(sorted(judged))
    return sum(id_ not in known for ratings in judgments.ratings.values() for id_ in ratings)


def _queries(judgments: Judgments, others: Mapping[str, int], rows: Sequence[Row]) -> dict[str, Any]:
    used = {row["query"] for row in rows if row["figures"] and row["query"] in judgments.ratings}
    return {
        "judged": len(judgments.ratings),
        "used": len(used),
        "problems": count_problems(judgments, others, rows),
    }

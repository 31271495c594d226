"""The way of a simulation, from judgements to its report."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson

from genfacet.connection import Connection
from genfacet.errors import SettingsError
from genfacet.settings import Settings
from genfacet.students import load_student
from genfacet_training.evaluation.arms import Arm
from genfacet_training.evaluation.baselines import make_arms
from genfacet_training.evaluation.gold import asked_of, fingerprint
from genfacet_training.evaluation.judgments import Judgments
from genfacet_training.evaluation.parts import data_mark, digest_of, opened_parts, say_resumed
from genfacet_training.evaluation.progress import progress
from genfacet_training.evaluation.results import provenance
from genfacet_training.evaluation.shop import Shop
from genfacet_training.reports.output import show_report, write_report
from genfacet_training.simulator.clickmodels import CLICK_MODELS
from genfacet_training.simulator.errand import World
from genfacet_training.simulator.layouts import Layout
from genfacet_training.simulator.population import Population
from genfacet_training.simulator.results import count_problems, summarise
from genfacet_training.simulator.runs import gather_events, run
from genfacet_training.simulator.unit import Plan, is_lost

MODEL = "simulation 1"
"""Another number for every change of what shoppers do: parts of an earlier one are not to be mixed in."""
BEST_RATING = 3.0
"""Ratings are scaled to 0 to 3 before they say how many shoppers want a document: 2^rating - 1."""
REPEATED = 1000
"""Sessions of each side of an A/A run, at most."""


@dataclass(frozen=True)
class Options:
    """What `genfacet simulate` was asked for."""

    index: str
    sources: Sequence[str]
    out: Path
    layouts: Sequence[Layout]
    seed: int
    tastes: int | None
    sessions: int
    days: int
    click_model: str
    history: Path | None
    events: Path | None
    logged: str | None
    repeats: int
    workers: int
    fresh: bool
    as_json: bool


def simulate(settings: Settings, connection: Connection, judgments: Judgments, options: Options) -> None:
    """Simulates and writes the report; raises SettingsError and ShopError."""
    started = time.monotonic()
    if not judgments.queries():
        raise SettingsError(
            f"no judged query has a product with a rating of {judgments.threshold:g} or more, "
            "so nobody wants anything: see --threshold"
        )
    student = load_student(settings.student)
    with connection.client(request_timeout=60) as client, Shop(client, settings, options.index, (), student) as shop:
        shop.check()
        arms = make_arms(options.sources, shop, options.seed, options.history)
        shop.arms |= {arm.name: arm for arm in arms}
        plan = _plan(arms, options)
        asked = Population(
            options.seed, judgments.queries(), options.sessions, options.days, options.layouts
        ).by_query()
        decisive = _decisive(plan, shop, judgments, options) | {"data": data_mark(client, options.index)}
        with opened_parts(options.out, decisive, fresh=options.fresh) as parts:
            parts.forget(is_lost)
            say_resumed(options.out, len(parts.done))
            with progress("Simulating", len(asked), done=len(parts.done)) as on_query:
                found = run(asked, _ratings(judgments), shop, plan, parts, options.out, options.workers, on_query)
        stages = dict(shop.stages)
    simulated = time.monotonic()
    if options.events is not None:
        gather_events(options.out, list(asked), options.events)
    gathered = time.monotonic()
    names = [arm.name for arm in arms]
    summary = summarise(found, names, options.layouts, options.seed, options.sessions, options.repeats, plan.alike)
    stages |= {"events": gathered - simulated, "figures": time.monotonic() - gathered}
    report = {
        "kind": "simulation",
        "simulated": True,
        **provenance(),
        "index": options.index,
        "seed": options.seed,
        "settings": _told(options) | asked_of(shop, judgments),
        "arms": names,
        "queries": {
            "judged": len(judgments.ratings),
            "used": sum(bool(part["outcomes"]) for part in found.values()),
            "problems": count_problems(judgments.problems, found),
        },
        **summary,
        "seconds": round(time.monotonic() - started, 2),
        "stages": {stage: round(seconds, 2) for stage, seconds in stages.items()},
    }
    _output(report, options)


def _plan(arms: list[Arm], options: Options) -> Plan:
    return Plan(
        World.of(options.seed, options.days, options.tastes),
        arms,
        CLICK_MODELS[options.click_model],
        _logged(arms, options.logged) if options.events else None,
        _showing(arms)[0] if options.repeats else None,
        options.repeats,
        min(options.sessions, REPEATED),
    )


def _decisive(plan: Plan, shop: Shop, judgments: Judgments, options: Options) -> dict[str, Any]:
    """All that decides what shoppers do."""
    return {
        "index": options.index,
        "sources": list(options.sources),
        "seed": options.seed,
        "tastes": options.tastes,
        "sessions": options.sessions,
        "days": options.days,
        "click_model": options.click_model,
        "layouts": [layout.name for layout in options.layouts],
        "logged": plan.logged,
        "aa": options.repeats,
        "history": digest_of(options.history),
        "model": MODEL,
        "engine": shop.settings.engine.model_dump(mode="json"),
        "student": shop.settings.student.model_dump(mode="json"),
        "inputs": fingerprint(shop, judgments),
    }


def _told(options: Options) -> dict[str, str]:
    """What makes the shoppers what they are, and how many came."""
    return {
        "click model": options.click_model,
        "layouts": ", ".join(layout.name for layout in options.layouts),
        "tastes": str(options.seed if options.tastes is None else options.tastes),
        "days": str(options.days),
        "sessions": str(options.sessions),
    }


def _output(report: dict[str, Any], options: Options) -> None:
    stem = options.out / "report"
    written = write_report(report, stem)
    if options.as_json:
        click.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    else:
        show_report(written, stem)


def _logged(arms: list[Arm], name: str | None) -> str:
    """The arm whose events are written."""
    if name is None:
        return _showing(arms)[0].name
    if name not in {arm.name for arm in arms}:
        raise SettingsError(f"--logged must be one of --sources, which {name} is not")
    return name


def _showing(arms: list[Arm]) -> list[Arm]:
    """The arms with facets; without any there is nothing to log or to test against itself."""
    showing = [arm for arm in arms if arm.source is not None]
    if not showing:
        raise SettingsError("--events and --aa want a source that shows facets among --sources")
    return showing


def _ratings(judgments: Judgments) -> Callable[[str], Mapping[str, float]]:
    """Ratings of the relevant documents of a query, 0 to `BEST_RATING`."""
    factor = BEST_RATING / judgments.most

    def ratings(query: str) -> dict[str, float]:
        return {id_: judgments.ratings[query][id_] * factor for id_ in sorted(judgments.relevant(query))}

    return ratings

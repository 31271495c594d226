"""All sessions of one query in all arms: the piece of work that is done by one thread and kept when it is done."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from genfacet.events import write
from genfacet_training.evaluation.arms import Arm
from genfacet_training.simulator.bots import crawl
from genfacet_training.simulator.chance import Chance
from genfacet_training.simulator.clickmodels import ClickModel
from genfacet_training.simulator.errand import Errand, Need, World, describe
from genfacet_training.simulator.outcome import Outcome, outcome, write_outcome
from genfacet_training.simulator.population import Session
from genfacet_training.simulator.storefront import Storefront
from genfacet_training.simulator.trail import Trail
from genfacet_training.simulator.ubi import events
from genfacet_training.simulator.visit import Visit

NOTHING_TO_WANT = "query that finds nothing which anyone could want"
LOST = "query lost"


@dataclass(frozen=True)
class Plan:
    """What is simulated for every query. ``logged``: the arm whose events are written, None for none.

    Every one of the ``repeats`` A/A runs serves the first ``repeated`` sessions twice with the arm ``alike``.
    """

    world: World
    arms: Sequence[Arm]
    model: ClickModel
    logged: str | None = None
    alike: Arm | None = None
    repeats: int = 0
    repeated: int = 0


@dataclass
class Unit:
    """What came out for one query; all of it can be written as JSON.

    ``shown``: (layout, facet, place) to impressions and clicks, over all arms, without programs. ``alike``: rows of
    the A/A runs (run, side, user, bought, facet pages, clicked pages, impressions, clicks). ``facets``: those of the
    unselected page by arm. ``milliseconds``: of the pages that were asked for, by arm.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    shown: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    clicked: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    alike: list[tuple[int, ...]] = field(default_factory=list)
    facets: dict[str, list[Any]] = field(default_factory=dict)
    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)
    kind: str = ""


def simulate(
    query: str, sessions: Sequence[Session], ratings: Mapping[str, float], shop: Storefront, plan: Plan, log: Path
) -> Unit:
    """Runs the sessions of a query; events of the logged arm go to the file ``log``."""
    unit = Unit()
    errand = Errand(query, ratings, shop, plan.world)
    lines: list[bytes] = []
    try:
        for session in sessions:
            _run(session, errand, plan, unit, lines)
        _show(errand, plan, unit)
    except Exception as error:  # whatever a shop raises: this query is counted as lost and the others go on
        unit = Unit()
        lines.clear()
        unit.problems[f"{LOST}: {describe(error)}"] += 1
    unit.problems += errand.problems
    unit.milliseconds = errand.milliseconds
    if plan.logged is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"".join(lines))
    return unit


def _run(session: Session, errand: Errand, plan: Plan, unit: Unit, lines: list[bytes]) -> None:
    need = errand.need(session)
    if need is None:
        unit.problems[NOTHING_TO_WANT] = 1
        return
    trails = {arm.name: visit(session, need, arm, errand, plan) for arm in _turned(plan.arms, session.number)}
    for arm in plan.arms:
        trail = trails[arm.name]
        unit.outcomes.append(outcome(session, arm.name, trail))
        _count_places(session, errand.query, trail, unit)
        if arm.name == plan.logged:
            lines += [write(event) + b"\n" for event in events(session, arm.name, trail, plan.world.seed)]
    if plan.alike is not None and session.number < plan.repeated and not session.user.is_bot:
        for run in range(plan.repeats):
            for side in (0, 1):
                trail = visit(session, need, plan.alike, errand, plan, f"{run}/{side}")
                unit.alike.append(_alike(run, side, session, trail))


def _turned(arms: Sequence[Arm], by: int) -> list[Arm]:
    """The arms, another one first each time: else the first would always find the caches of the engine cold."""
    at = by % len(arms)
    return [*arms[at:], *arms[:at]]


def visit(session: Session, need: Need, arm: Arm, errand: Errand, plan: Plan, luck: str = "") -> Trail:
    """One session in one arm. Sessions of the same number and ``luck`` have the same random numbers."""
    chance = Chance(plan.world.seed, "visit", session.number, luck)
    if session.user.is_bot:
        return crawl(arm, errand, chance)
    return Visit(session, need, arm, errand, plan.model, chance).go()


def _alike(run: int, side: int, session: Session, trail: Trail) -> tuple[int, ...]:
    return (
        run,
        side,
        session.user.number,
        int(trail.bought),
        trail.facet_pages,
        trail.clicked_pages,
        trail.impressions,
        trail.selections,
    )


def _count_places(session: Session, query: str, trail: Trail, unit: Unit) -> None:
    """Impressions and clicks by place, as a log without programs would show them."""
    if session.user.is_bot:
        return
    layout = session.user.layout.name
    for name, place in trail.shown:
        unit.shown[layout, f"{query}\n{name}", place] += 1
    for step in trail.steps:
        if step.action == "facet":
            unit.clicked[layout, f"{query}\n{step.name}", step.place] += 1


def _show(errand: Errand, plan: Plan, unit: Unit) -> None:
    unit.kind = errand.kind
    for arm in plan.arms:
        page = errand.page(arm, {})
        unit.facets[arm.name] = [] if page is None else [_shown(facet.as_json()) for facet in page.facets]


def _shown(facet: dict[str, Any]) -> dict[str, Any]:
    values = [{"label": value["label"], "count": value["count"]} for value in facet["values"]]
    return {"name": facet["name"], "label": facet["label"], "kind": facet["kind"], "values": values}


def as_part(unit: Unit) -> dict[str, Any]:
    """The unit as JSON has it."""
    return {
        "outcomes": [write_outcome(row) for row in unit.outcomes],
        "places": [[*key, count, unit.clicked[key]] for key, count in sorted(unit.shown.items())],
        "alike": [list(row) for row in unit.alike],
        "facets": unit.facets,
        "milliseconds": {arm: [round(ms, 2) for ms in times] for arm, times in unit.milliseconds.items()},
        "problems": dict(unit.problems),
        "kind": unit.kind,
    }


def is_lost(part: Mapping[str, Any]) -> bool:
    """Whether a unit, as JSON has it, failed as a whole."""
    return any(problem.startswith(f"{LOST}:") for problem in part["problems"])

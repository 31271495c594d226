"""From rows of figures to report.json: means with intervals, differences to the baseline, problems counted."""

import re
import shlex
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from genfacet_training.evaluation.bootstrap import mean_interval, paired_difference
from genfacet_training.evaluation.descriptions import METRICS
from genfacet_training.evaluation.judgments import Judgments
from genfacet_training.evaluation.run import NO_RESULTS, Row, latency

PACKAGES = ("genfacet", "elasticsearch", "numpy", "scikit-learn")
SECRETS = ("--api-key", "--basic-auth")
By = dict[str, dict[str, float | None]]
"""A figure by arm and query."""


def summarise(
    rows: Sequence[Row], arms: Sequence[str], seed: int, matchers: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """``metrics`` of report.json: every figure that some row has, by arm, with differences to the first arm.

    ``matchers`` names what figures against chosen facets were matched by, by the names of the figures.
    """
    found = {}
    for name, metric in METRICS.items():
        by = _by_arm(rows, name)
        if any(figure is not None for figures in by.values() for figure in figures.values()):
            named = f" Matcher: {matchers[name]}." if name in matchers else ""
            found[name] = asdict(replace(metric, about=metric.about + named)) | _intervals(
                {arm: by.get(arm, {}) for arm in arms}, arms[0], seed
            )
    return found


def _by_arm(rows: Sequence[Row], name: str) -> By:
    by: By = {}
    for row in rows:
        if name in row["figures"]:
            by.setdefault(row["arm"], {})[row["query"]] = row["figures"][name]
    return by


def _intervals(by: By, baseline: str, seed: int) -> dict[str, Any]:
    return {
        "arms": {arm: mean_interval(figures.values(), seed).as_json() for arm, figures in by.items()},
        "differences": {
            arm: paired_difference(figures, by[baseline], seed).as_json()
            for arm, figures in by.items()
            if arm != baseline
        },
    }


def count_problems(judgments: Judgments, others: Mapping[str, int], rows: Sequence[Row]) -> dict[str, int]:
    """Everything that was set aside, by reason: of the judgements, of what ``others`` counted, of arms."""
    counted = Counter(judgments.problems) + Counter(others)
    counted["query without results"] = len({row["query"] for row in rows if row["problem"] == NO_RESULTS})
    for row in rows:
        if row["problem"] not in {None, NO_RESULTS}:
            counted[f"{row['arm']}: {row['problem']}"] += 1
    return {reason: count for reason, count in sorted(counted.items()) if count}


def merge(rows: Iterable[Row]) -> list[Row]:
    """One row for each query and arm: a query that is judged and that experts answered has the figures of both."""
    merged: dict[tuple[str, str], Row] = {}
    for row in rows:
        known = merged.setdefault((row["query"], row["arm"]), row)
        if known is not row:
            merged[row["query"], row["arm"]] = known | {"figures": known["figures"] | row["figures"]}
    return list(merged.values())


def make_report(
    *,
    index: str,
    seed: int,
    arms: Sequence[str],
    queries: Mapping[str, Any],
    rows: Sequence[Row],
    matchers: Mapping[str, str],
    **measured: Any,
) -> dict[str, Any]:
    """The whole of report.json of an evaluation. ``measured``: settings, seconds of the run, and of its stages."""
    return {
        "kind": "evaluation",
        "simulated": False,
        **provenance(),
        "index": index,
        "seed": seed,
        "arms": list(arms),
        "baseline": arms[0],
        "queries": dict(queries),
        "metrics": summarise(rows, arms, seed, matchers),
        "per_query": [{key: value for key, value in row.items() if key != "ms"} for row in rows],
        "latency": latency(rows),
        **measured,
    }


def provenance() -> dict[str, Any]:
    """The exact command, the versions that ran it, and when."""
    return {
        "command": shlex.join(["genfacet", *_without_secrets(sys.argv[1:])]),
        "versions": {package: version(package) for package in PACKAGES} | {"python": sys.version.split()[0]},
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _without_secrets(arguments: Sequence[str]) -> list[str]:
    """The arguments of a command, because a report is passed on: keys, passwords and those in addresses become ***."""
    shown = []
    hidden = False
    for argument in arguments:
        option, equals, _ = argument.partition("=")
        if hidden:
            shown.append("***")
        elif equals and option in SECRETS:
            shown.append(f"{option}=***")
        else:
            shown.append(re.sub(r"(?<=://)[^/@]*@", "***@", argument))
        hidden = argument in SECRETS and not hidden
    return shown

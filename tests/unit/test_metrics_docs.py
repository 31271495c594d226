"""A metric that docs/metrics.md does not describe fails here, and so does a described one that does not exist."""

import inspect
import re
from pathlib import Path

from genfacet_training.evaluation.metrics import facets, navigation, ranking, rewrites, truth

PAGE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text()
NO_METRIC = {"first_matches", "all_hold", "any_holds"}


def public_functions(module):
    found = inspect.getmembers(module, inspect.isfunction)
    return {name for name, function in found if function.__module__ == module.__name__ and not name.startswith("_")}


def test_every_metric_is_described_and_no_other():
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| ")][1:]
    described = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    modules = (facets, navigation, ranking, rewrites, truth)
    assert described == set().union(*map(public_functions, modules)) - NO_METRIC

"""Plans as they come from people, models and files: what is read, and what is refused with a sentence."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from genfacet.errors import SettingsError
from genfacet.memory.plan import Plan, PlanError, PlannedFacet, Rewrite, read_plan, read_plans
from genfacet_training.teachers.execution import expected

FILES = sorted((Path(__file__).parents[2] / "training" / "plans").glob("*.jsonl"))
COLOUR = {"name": "colour", "values": ["red", "blue"]}
USE = {"name": "~use", "label": "What for", "values": ["reading|text=reading,desk"]}
REWRITE = {"selected": {"~use": ["reading|text=reading,desk"]}, "query": "desk lamp"}


def test_a_whole_plan() -> None:
    given = {
        "query": "lamp",
        "area": "light",
        "near": "lamps",
        "hits": 3,
        "facets": [COLOUR, USE],
        "rewrites": [REWRITE],
    }
    assert read_plan(given) == Plan(
        "lamp",
        (
            PlannedFacet("colour", None, ("red", "blue")),
            PlannedFacet("~use", "What for", ("reading|text=reading,desk",)),
        ),
        (Rewrite({"~use": ("reading|text=reading,desk",)}, "desk lamp"),),
        "light",
        "lamps",
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "JSON object"),
        ({"query": "x", "facets": []}, "has facets"),
        ({"facets": [COLOUR]}, "query is a text"),
        ({"query": "   ", "facets": [COLOUR]}, "query is a text"),
        ({"query": "x" * 600, "facets": [COLOUR]}, "query is a text"),
        ({"query": "x", "facets": {"name": "colour"}}, "facets is a list"),
        ({"query": "x", "facets": [COLOUR] * 21}, "at most 20"),
        ({"query": "x", "facets": [COLOUR, COLOUR]}, "named twice"),
        ({"query": "x", "facets": ["colour"]}, "a facet is a JSON object"),
        ({"query": "x", "facets": [{"name": "~use", "values": ["a"]}]}, "no label"),
        ({"query": "x", "facets": [{"name": "colour", "values": [1]}]}, "list of texts"),
        ({"query": "x", "facets": [{"name": "colour", "values": []}]}, "list of texts"),
        ({"query": "x", "facets": [{"name": "colour", "values": ["a", "a"]}]}, "twice"),
        ({"query": "x", "facets": [COLOUR], "rewrites": [{"query": "y"}]}, "what is selected"),
        ({"query": "x", "facets": [COLOUR], "rewrites": [{"selected": {"colour": ["red"]}}]}, "query is a text"),
    ],
)
def test_what_is_no_plan(given: Any, sentence: str) -> None:
    with pytest.raises(PlanError, match=sentence):
        read_plan(given)


def test_bad_lines_are_named_and_the_others_read(tmp_path: Path) -> None:
    file = tmp_path / "plans.jsonl"
    good = json.dumps({"query": "lamp", "facets": [COLOUR]})
    file.write_text("\n".join([good, "{", "", "[" * 100_000, good]))
    read = list(read_plans(file))
    assert [line for line, _ in read] == [1, 2, 4, 5]
    assert [isinstance(plan, PlanError) for _, plan in read] == [False, True, True, False]
    with pytest.raises(SettingsError, match="cannot be read"):
        list(read_plans(tmp_path / "none"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_plans_of_the_project_are_whole_and_leave_held_out_queries_alone(file: Path) -> None:
    plans = [plan for _, plan in read_plans(file)]
    assert plans
    assert not [plan for plan in plans if isinstance(plan, PlanError)]
    queries = [plan.query for plan in plans if isinstance(plan, Plan)]
    assert len(set(queries)) == len(queries)
    assert not [query for query in queries if int(sha256(query.encode()).hexdigest(), 16) % 10 == 0]


def test_ties_across_the_last_place_count_by_their_chance() -> None:
    # Two places: the best is good; of the three that tie for the second one is good.
    assert expected([(True, 3.0), (True, 2.0), (False, 2.0), (False, 2.0), (True, 1.0)], 2) == pytest.approx(1 + 1 / 3)
    assert expected([(False, 3.0), (True, 2.0)], 5) == 1
    assert expected([], 5) == 0

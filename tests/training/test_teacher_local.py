"""A causal language model in this process as a teacher: asked in its own template, and refused what it cannot read."""

import asyncio
from pathlib import Path

import pytest
from tiny_models import FAMILIES, write_tiny

from genfacet.catalog import Attribute, Catalog
from genfacet.memory.plan import PlanError
from genfacet.probe import AttributeProbe, Probe
from genfacet.sources import View
from genfacet.sources.ranker import shipped_weights
from genfacet_training.teachers.local import LocalModel
from genfacet_training.teachers.spoken import Spoken
from genfacet_training.teachers.teacher import TeacherError

SEEN = AttributeProbe(Attribute("brand", "Brand", "keyword"), 3, (("HP", 2), ("Canon", 1)))
VIEW = View("printer", Probe(3, 3, {"brand": SEEN}, {}, {}, ("a printer",)), None, Catalog({}, (), ()))


@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_model_says_that_knows_nothing_is_no_plan(family: str, tmp_path: Path) -> None:
    model = LocalModel(write_tiny(tmp_path, family, longest=4096), most_tokens=20)
    with pytest.raises(PlanError, match="no JSON object"):
        asyncio.run(Spoken(model.say, (), shipped_weights(), samples=2).plans(VIEW))


def test_a_question_that_is_too_long_is_told(tmp_path: Path) -> None:
    model = LocalModel(write_tiny(tmp_path), most_tokens=20)
    with pytest.raises(TeacherError, match="the model reads 512 tokens"):
        asyncio.run(Spoken(model.say, (), shipped_weights()).plans(VIEW))


def test_a_model_is_asked_in_its_own_template(tmp_path: Path) -> None:
    model = LocalModel(write_tiny(tmp_path, longest=4096), temperature=0.0, most_tokens=5)
    conversation = [{"role": "user", "content": "hello"}]
    assert model._written(conversation) == "user: hello\n\nassistant: "
    model._tokenizer.chat_template = (
        "{% for message in messages %}[{{ message.role }}] {{ message.content }}{% endfor %}"
    )
    assert model._written(conversation) == "[user] hello"
    assert asyncio.run(model.say(conversation)) == asyncio.run(model.say(conversation))

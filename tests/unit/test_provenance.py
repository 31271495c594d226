"""What a report says of the command that made it."""

import sys

import pytest

from genfacet_training.evaluation.results import provenance


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        (["evaluate", "--index", "my shop", "--seed", "3"], "genfacet evaluate --index 'my shop' --seed 3"),
        (["evaluate", "--api-key", "sesame", "--seed", "3"], "genfacet evaluate --api-key '***' --seed 3"),
        (["evaluate", "--api-key=sesame", "--fresh"], "genfacet evaluate '--api-key=***' --fresh"),
        (["simulate", "--basic-auth", "me:sesame"], "genfacet simulate --basic-auth '***'"),
        (["simulate", "--url", "https://me:sesame@es:9200"], "genfacet simulate --url 'https://***@es:9200'"),
        (["simulate", "--url=https://me:sesame@es:9200/x"], "genfacet simulate '--url=https://***@es:9200/x'"),
        (["simulate", "--basic-auth", "--api-key", "--fresh"], "genfacet simulate --basic-auth '***' --fresh"),
    ],
)
def test_the_exact_command_is_recorded_but_no_secret(
    monkeypatch: pytest.MonkeyPatch, typed: list[str], recorded: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/bin/genfacet", *typed])
    assert provenance()["command"] == recorded

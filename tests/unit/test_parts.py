"""Interrupted runs go on, and never mix with others."""

from pathlib import Path

import pytest

from genfacet.errors import SettingsError
from genfacet_training.evaluation.parts import NAME, opened_parts

RUN = {"index": "shop", "seed": 1, "arms": ["none", "count"]}


def test_what_was_finished_is_there_again(tmp_path: Path) -> None:
    with opened_parts(tmp_path / "out", RUN) as parts:
        parts.add("lamp\tcount", {"coverage": 0.5})
    with opened_parts(tmp_path / "out", RUN) as parts:
        assert parts.done == {"lamp\tcount": {"coverage": 0.5}}
        parts.add("desk\tcount", {"coverage": None})
    with opened_parts(tmp_path / "out", RUN) as parts:
        assert list(parts.done) == ["lamp\tcount", "desk\tcount"]


def test_a_line_that_was_cut_short_is_done_again(tmp_path: Path) -> None:
    with opened_parts(tmp_path, RUN) as parts:
        parts.add("a", 1)
        parts.add("b", 2)
    file = tmp_path / NAME
    file.write_text(file.read_text()[:-6])
    with opened_parts(tmp_path, RUN) as parts:
        assert parts.done == {"a": 1}


def test_another_run_is_refused_and_kept(tmp_path: Path) -> None:
    with opened_parts(tmp_path, RUN) as parts:
        parts.add("a", 1)
    with pytest.raises(SettingsError, match="--fresh"), opened_parts(tmp_path, RUN | {"seed": 2}):
        pass
    with opened_parts(tmp_path, RUN) as parts:
        assert parts.done == {"a": 1}
    with opened_parts(tmp_path, RUN | {"seed": 2}, fresh=True) as parts:
        assert parts.done == {}


def test_what_failed_is_done_again(tmp_path: Path) -> None:
    with opened_parts(tmp_path, RUN) as parts:
        parts.add("a", {"problem": "timed out"})
        parts.add("b", {"problem": None})
    with opened_parts(tmp_path, RUN) as parts:
        parts.forget(lambda part: part["problem"] is not None)
        assert list(parts.done) == ["b"]
        parts.add("a", {"problem": None})
    with opened_parts(tmp_path, RUN) as parts:
        assert parts.done == {"a": {"problem": None}, "b": {"problem": None}}

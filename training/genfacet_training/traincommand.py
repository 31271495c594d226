"""`genfacet train`: what learns, each by a command of its own."""

import click

from genfacet_training.allcommand import command as all_
from genfacet_training.ranker.command import command as ranker
from genfacet_training.student.datacommand import command as data
from genfacet_training.student.scorecommands import answer, ask, score
from genfacet_training.student.sftcommand import base, sft


@click.group(short_help="Learn from plans, judgements and the catalogue.")
def command() -> None:
    """Learn from plans, judgements and the catalogue itself."""


command.add_command(ranker, "ranker")
command.add_command(data, "data")
for each in (all_, base, sft, ask, answer, score):
    command.add_command(each)

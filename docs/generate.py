"""Writes the reference pages that follow from the code: docs/cli.md and docs/configuration.md.

`python docs/generate.py` writes them; `--check` says whether they are up to date (exit code 1 where they are not).
"""

import sys
from inspect import cleandoc
from pathlib import Path
from typing import get_args

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from genfacet.cli import main as genfacet
from genfacet.settings import Settings

HERE = Path(__file__).parent
NOTE = "<!-- Written by docs/generate.py; change the code and run it again. -->\n\n"


def cli_page() -> str:
    """Every command with its arguments and options."""
    context = click.Context(genfacet, info_name="genfacet", **genfacet.context_settings)
    parts = [NOTE, "# Command line\n\n", genfacet.help or "", "\n"]
    for name in genfacet.list_commands(context):
        command = genfacet.get_command(context, name)
        if command is not None:
            parts.append(_command(command, name, context))
    return "".join(parts)


def configuration_page() -> str:
    """Every setting with its default."""
    intro = (
        "# Configuration\n\nOne file, `genfacet.yml` (another with `--config` or `GENFACET_CONFIG`), written by "
        "`genfacet init`. The environment wins over the file: `GENFACET_ENGINE__DEADLINE_MS=50` sets "
        "`engine.deadline_ms`, `ELASTICSEARCH_URL`, `ELASTIC_API_KEY` and `ELASTIC_BASIC_AUTH` say where Elasticsearch "
        "is and who asks. A flag wins over both. An unknown key is an error that names the nearest known one. "
        "Variables without two underscores (`GENFACET_PORT`, which Kubernetes sets) are no settings.\n"
    )
    return NOTE + intro + "".join(_section(Settings, ""))


def _command(command: click.Command, name: str, parent: click.Context) -> str:
    context = click.Context(command, info_name=name, parent=parent)
    lines = [f"\n## genfacet {name}\n", cleandoc(command.help or ""), f"\n```\n{command.get_usage(context)}\n```\n"]
    options = [record for parameter in command.get_params(context) if (record := parameter.get_help_record(context))]
    lines.append("| option | meaning |\n|---|---|")
    lines += [
        f"| `{option}` | {' '.join(help_.split())} |".replace("[default", "\\[default") for option, help_ in options
    ]
    return "\n".join(lines) + "\n"


def _section(model: type[BaseModel], path: str) -> list[str]:
    title = f"\n## {path}\n\n{' '.join((model.__doc__ or '').split())}\n" if path else ""
    rows, sections = [], []
    for name, field in model.model_fields.items():
        place = f"{path}.{name}" if path else name
        inner = _inner(field)
        if inner is None:
            rows.append(f"| `{place}` | {_default(field)} | {field.description or ''} |\n")
        else:
            sections += _section(inner[0], place + inner[1])
    table = ["\n| setting | default | meaning |\n|---|---|---|\n", *rows] if rows else []
    return [title, *table, *sections]


def _inner(field: FieldInfo) -> tuple[type[BaseModel], str] | None:
    """The model inside a field, and how it nests: directly, by name, or as a list."""
    annotation = field.annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ""
    models = [a for a in get_args(annotation) if isinstance(a, type) and issubclass(a, BaseModel)]
    if not models:
        return None
    return models[0], ".NAME" if getattr(annotation, "__origin__", None) is dict else "[]"


def _default(field: FieldInfo) -> str:
    return "required" if field.is_required() else f"`{field.default!r}`"


PAGES = {"cli.md": cli_page, "configuration.md": configuration_page}


def main(check: bool) -> int:
    """Writes or checks the pages."""
    stale = [name for name, page in PAGES.items() if not (HERE / name).exists() or (HERE / name).read_text() != page()]
    if not check:
        for name in stale:
            (HERE / name).write_text(PAGES[name]())
    elif stale:
        sys.stderr.write(f"out of date: {', '.join(stale)}; run `python docs/generate.py`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))

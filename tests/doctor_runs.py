"""Runs of commands, and what `genfacet doctor` reports."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from genfacet.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def examine(config: Path, url: str, *options: str) -> tuple[int, dict[str, Any]]:
    result = run("doctor", "--config", str(config), "--url", url, "--json", *options)
    assert result.exit_code in {0, 1}, result.output
    return result.exit_code, json.loads(result.stdout)


def found(report: dict[str, Any], status: str) -> dict[str, str]:
    return {
        check["about"]: f"{check['found']} → {check['remedy']}"
        for check in report["checks"]
        if check["status"] == status
    }

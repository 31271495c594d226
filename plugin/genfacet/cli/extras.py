"""What to install when a module is missing."""

import re
from importlib.metadata import requires

_EXTRA = re.compile(r"""^(?P<project>[A-Za-z0-9._-]+).*\bextra\s*==\s*["'](?P<extra>[^"']+)""")


def missing_module(error: ModuleNotFoundError) -> str:
    """Say in one sentence which extra of genfacet brings the module that `error` misses."""
    module = (error.name or "").partition(".")[0]
    extra = _extra_of(module)
    if extra:
        return f"The module {module} is not installed: pip install 'genfacet[{extra}]'."
    return f"The module {error.name} is not installed: reinstall genfacet."


def _extra_of(module: str) -> str | None:
    """Find the extra that requires `module`, or a project named after it (kafka: kafka-python)."""
    wanted = module.replace("_", "-").lower()
    for requirement in requires("genfacet") or []:
        found = _EXTRA.match(requirement)
        if found and wanted and (found["project"].lower() + "-").startswith(wanted + "-"):
            return found["extra"]
    return None

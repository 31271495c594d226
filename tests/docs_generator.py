"""docs/generate.py as a module, for tests."""

import importlib.util
from pathlib import Path
from types import ModuleType

FILE = Path(__file__).parents[1] / "docs" / "generate.py"


def load_generator() -> ModuleType:
    """Imports the generator from its file: docs/ is no package."""
    spec = importlib.util.spec_from_file_location("docs_generate", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

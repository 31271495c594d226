"""The student that a configuration names: in this process, in a sidecar, or none."""

import logging
from importlib.util import find_spec
from pathlib import Path

from genfacet.errors import SettingsError
from genfacet.generation import Student
from genfacet.settings import StudentSettings

log = logging.getLogger("genfacet")

SHIPPED = Path(__file__).with_name("shipped")
"""The student that comes with a wheel."""


def open_student(settings: StudentSettings) -> Student | None:
    """The configured student; None where none is configured, or, with a warning, where its model cannot be used."""
    try:
        return load_student(settings)
    except SettingsError as error:
        log.warning("there is no student: %s", error)
        return None


def load_student(settings: StudentSettings) -> Student | None:
    """The configured student, None where none is; raises SettingsError where it cannot be used."""
    if settings.sidecar is not None:
        from genfacet.student.remote import RemoteStudent

        return RemoteStudent(settings.sidecar)
    if settings.model is None:
        return None
    missing = [name for name in ("numpy", "onnxruntime", "tokenizers") if find_spec(name) is None]
    if missing:
        raise SettingsError(f"the module {missing[0]} is not installed: pip install 'genfacet[cpu]'")
    from genfacet.student.worker import LocalStudent, Options

    path = SHIPPED if settings.model == "shipped" else Path(settings.model)
    if path is SHIPPED and not path.is_dir():
        raise SettingsError("this installation carries no student: in a checkout scripts/model makes it")
    if not path.is_dir():
        raise SettingsError(f"{path} is no folder of a model: `genfacet export` writes one")
    options = Options(tuple(settings.providers), settings.threads, settings.line, settings.generation_ms / 1000)
    return LocalStudent(path, options)

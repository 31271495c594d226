"""Programs from Maven Central, fetched once: each is in the cache whole, or not at all."""

import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from console import say, watch
from failure import ServerError
from needs import Installer, need_program
from places import Cache
from processes import stop_marked

PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Archive:
    """A zip in the repository, of which one folder is kept."""

    name: str
    coordinates: str
    folder: str
    sha256: str
    size: int

    def arguments(self, work: Path) -> list[str]:
        """What Maven has to do."""
        return [f"{PLUGIN}:copy", f"-Dartifact={self.coordinates}", f"-DoutputDirectory={work / 'out'}"]

    def collect(self, work: Path) -> Path:
        """Check and unpack what came; the folder that is to be kept."""
        archive = next((work / "out").glob("*.zip"))
        with archive.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if digest != self.sha256:
            raise ServerError(f"{archive.name} has the sha256 {digest}, not the expected one; try again later")
        unpack(archive, self.folder, work / "unpacked")
        return work / "unpacked" / self.folder


@dataclass(frozen=True)
class Jars:
    """Libraries with everything that they need at run time."""

    name: str
    coordinates: tuple[str, ...]
    size: int

    def arguments(self, work: Path) -> list[str]:
        """What Maven has to do."""
        (work / "pom.xml").write_text(write_pom(self.coordinates))
        return [
            f"{PLUGIN}:copy-dependencies",
            "-f",
            str(work / "pom.xml"),
            "-DincludeScope=runtime",
            f"-DoutputDirectory={work / 'out' / 'libs'}",
        ]

    def collect(self, work: Path) -> Path:
        """The folder that is to be kept."""
        return work / "out"


def fetch(program: Archive | Jars, cache: Cache, installer: Installer) -> Path:
    """The folder of the program; fetched first if it is not there."""
    target = cache.fetched / program.name
    if target.is_dir():
        return target
    with cache.lock(f"fetch-{program.name}"):
        if not target.is_dir():
            _fetch_into(program, cache, target, installer)
    return target


def _fetch_into(program: Archive | Jars, cache: Cache, target: Path, installer: Installer) -> None:
    maven = need_program("mvn", "maven", installer)
    work_root = cache.path / "fetching"
    stop_marked(mark(work_root, program.name), STOP_SECONDS)
    for left_over in work_root.glob(f"{program.name}.*"):  # of a fetch that was killed: we hold the lock
        shutil.rmtree(left_over, ignore_errors=True)
    work_root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{program.name}.", dir=work_root, ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        say(f"fetching {program.name}, once ({program.size // 1_000_000} MB)")
        arguments = [mark(work_root, program.name), *program.arguments(work)]
        _run_maven(maven, arguments, work, program.size)
        kept = program.collect(work)
        target.parent.mkdir(parents=True, exist_ok=True)
        kept.rename(target)


def mark(work_root: Path, name: str) -> str:
    """The word that makes a Maven recognisable that outlived the command which started it."""
    return f"-Dgenfacet.fetch={work_root / name}"


def _run_maven(maven: str, arguments: list[str], work: Path, size: int) -> None:
    repository = work / "repository"  # of its own, so that a gigabyte does not stay in ~/.m2
    log = work / "maven.log"
    # --strict-checksums refuses a file that came damaged.
    command = [maven, "-q", "-B", "--strict-checksums", f"-Dmaven.repo.local={repository}", *arguments]
    with log.open("wb") as output:
        running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=work)
        try:
            watch(lambda: running.poll() is None, lambda: measure(repository), size)
        finally:
            _end(running)
    if running.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
        raise ServerError(f"Maven could not fetch it; see whether Maven Central can be reached\n{tail}")


def _end(running: "subprocess.Popen[bytes]") -> None:
    if running.poll() is None:
        running.terminate()
    running.wait()


def measure(folder: Path) -> int:
    """The bytes of all files below the folder."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(path, name).stat().st_size
            except FileNotFoundError:  # renamed while we looked
                continue
    return total


def unpack(archive: Path, folder: str, into: Path) -> None:
    """Unpack one folder of a zip with its permissions, readable for all: the server may run as another user."""
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            if not entry.filename.startswith(f"{folder}/"):
                continue
            path = Path(opened.extract(entry, into))
            path.chmod(0o755 if entry.is_dir() else (entry.external_attr >> 16) & 0o777 | 0o644)


def write_pom(coordinates: tuple[str, ...]) -> str:
    """A project that depends on these libraries."""
    line = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"
    dependencies = "\n    ".join(line.format(*entry.split(":")) for entry in coordinates)
    return f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>genfacet</groupId><artifactId>local-server</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    {dependencies}
  </dependencies>
</project>
"""

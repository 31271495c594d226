"""The configuration: one ``genfacet.yml``, over it the environment (``GENFACET_…``, ``__`` nests), over it flags."""

import os
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from genfacet.catalog import Attribute, Catalog, Family, label_of
from genfacet.errors import SettingsError
from genfacet.generation import MOST_SAMPLES

DEFAULT_FILE = "genfacet.yml"
ENV_PREFIX = "GENFACET_"
NESTED = "__"
"""What makes a variable of that prefix a setting. The others name files, servers and ports; Kubernetes alone gives
every container near a service called genfacet a GENFACET_PORT and more."""
LONGEST_NAME = 80
"""Most characters of a key that an error repeats."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SearchSettings(_Strict):
    """How this shop searches."""

    template: dict[str, Any] = Field(description="JSON body of a search; {{query}} stands for the shopper's words")
    text_fields: list[str] = Field(default=[], description="text fields that carry the query, with boosts (title^3)")

    @field_validator("template", mode="before")
    @classmethod
    def _read_template(cls, value: Any) -> Any:
        try:
            return yaml.safe_load(value) if isinstance(value, str) else value
        except yaml.YAMLError as error:
            raise ValueError(f"no valid JSON{_place(error)} of it") from None


class FacetSettings(_Strict):
    """One attribute: where it lives and how it reads. Without a field it renames an attribute of a family."""

    field: str | None = Field(default=None, description="the field of the index")
    type: Literal["keyword", "boolean", "number"] = Field(default="keyword", description="keyword, boolean or number")
    label: str | None = Field(default=None, description="what shoppers read; made of the name by default")
    scale: str = Field(default="1", description="stored number times scale is the shown number (0.01 for cents)")
    unit: str = Field(default="", description="unit shown behind numbers")
    flattened: bool = Field(default=False, description="the field is a key of a flattened field: no ranges")
    most: Annotated[int, Field(gt=0)] | None = Field(
        default=None, description="largest number that the field can store: 2147483647 in an integer, short or byte"
    )

    @field_validator("scale", mode="before")
    @classmethod
    def _read_scale(cls, value: Any) -> str:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise ValueError("scale is a number") from None
        if not number.is_finite() or number <= 0:
            raise ValueError("scale is above 0")
        return str(number)


class FamilySettings(_Strict):
    """A nested field of name/value pairs."""

    path: str = Field(description="the nested field")
    name: str = Field(description="its keyword field of attribute names")
    text: str | None = Field(default=None, description="its keyword field of text values")
    number: str | None = Field(default=None, description="its numeric field")
    strip: list[str] = Field(default=[], description="prefixes of raw names that no shopper should read")


class IndexSettings(_Strict):
    """One index (or alias, data stream, or pattern as clients write it in the path)."""

    inject: Literal["never", "always"] = Field(
        default="never",
        description="always: facets for searches that do not ask (clients that cannot send ext)",
    )
    search: SearchSettings
    category: str | None = Field(default=None, description="keyword field of the product category")
    popularity: str | None = Field(default=None, description="numeric field of popularity")
    facets: dict[str, FacetSettings] = Field(default={}, description="attributes with a field of their own")
    families: list[FamilySettings] = Field(default=[], description="nested name/value attributes")
    exclude: list[str] = Field(default=[], description="names of attributes never offered, * matches any characters")

    def catalog(self) -> Catalog:
        """What of the index is facetable."""
        attributes = {
            name: Attribute(name, f.label or label_of(name), f.type, f.field, f.scale, f.unit, not f.flattened, f.most)
            for name, f in self.facets.items()
        }
        families = tuple(Family(f.path, f.name, f.text, f.number, tuple(f.strip)) for f in self.families)
        return Catalog(attributes, families, tuple(self.search.text_fields), self.category, tuple(self.exclude))


class ElasticsearchSettings(_Strict):
    """The cluster, and the service credential for what the package keeps for itself."""

    url: str = Field(default="http://localhost:9200", description="address of the cluster (ELASTICSEARCH_URL)")
    api_key: str | None = Field(default=None, description="service API key (ELASTIC_API_KEY)", repr=False)
    basic_auth: str | None = Field(default=None, description="user:password (ELASTIC_BASIC_AUTH)", repr=False)
    ca_certs: str | None = Field(default=None, description="file of certificate authorities")
    verify_certs: bool = Field(default=True, description="false accepts any certificate")


class EngineSettings(_Strict):
    """Defaults and bounds of facets."""

    size: Annotated[int, Field(ge=1, le=20)] = Field(default=5, description="facets of an answer")
    values: Annotated[int, Field(ge=1, le=50)] = Field(default=6, description="values of a facet")
    deadline_ms: Annotated[int, Field(ge=0, le=5000)] = Field(
        default=100, description="extra wait for facets once the hits are there, in ms"
    )
    source: str = Field(default="statistics", description="source of facets where the request names none")
    ranker: str | None = Field(
        default=None, description="file of weights of `genfacet train ranker`; the shipped ones by default"
    )
    sample: Annotated[int, Field(ge=20, le=1000)] = Field(default=150, description="first results that the probe reads")
    soft_weight: Annotated[float, Field(gt=1, le=1000)] = Field(
        default=3.0, description="factor on the score of what a soft selection matches"
    )
    cache_entries: Annotated[int, Field(ge=0)] = Field(default=2000, description="facet lists kept in the process")
    cache_ttl_s: Annotated[float, Field(gt=0)] = Field(default=300, description="how long a facet list is kept, in s")
    background_ttl_s: Annotated[float, Field(gt=0)] = Field(
        default=3600, description="how long the statistics of the whole index are kept, in s"
    )
    workers: Annotated[int, Field(ge=1, le=256)] = Field(
        default=32, description="searches of a process that may compute facets at once; others go without"
    )


class MemorySettings(_Strict):
    """The memory of plans."""

    index: str = Field(default="genfacet-plans", description="index of plans, or an alias of it")


class StudentSettings(_Strict):
    """The model that writes facets and rewrites queries."""

    model: str | None = Field(
        default=None,
        description="shipped, a folder of `genfacet export`, or a folder of such with a file CURRENT",
    )
    sidecar: str | None = Field(
        default=None, description="address of a sidecar whose model is asked, so that this process holds none"
    )
    facets: bool = Field(default=False, description="facets of the model where the memory of plans has none")
    rewrite: bool = Field(default=True, description="the model rewrites the query when an open value is selected")
    samples: Annotated[int, Field(ge=0, le=MOST_SAMPLES)] = Field(
        default=4, description="further answers by chance; of all the best is taken, by executing them"
    )
    providers: list[Literal["cuda", "cpu"]] = Field(default=["cuda", "cpu"], description="what computes, by preference")
    threads: Annotated[int, Field(ge=0, le=256)] = Field(
        default=0, description="threads of a pass; 0: as many as there are cores"
    )
    line: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=8, description="questions that may wait for the model; others go without"
    )
    generation_ms: Annotated[int, Field(ge=50, le=60_000)] = Field(
        default=3000, description="longest work on a question, which goes on after its asker left, in ms"
    )


class AudienceSettings(_Strict):
    """Who shares cached facets. Without name and header: callers with the same credentials."""

    name: str | None = Field(default=None, description="one audience for all (public catalogues)")
    header: str | None = Field(default=None, description="header, set by a trusted proxy, that names the audience")


class ControlSettings(_Strict):
    """The document that switches a whole fleet."""

    index: str = Field(default="genfacet-control", description="index of the control document")
    refresh_s: Annotated[float, Field(gt=0)] = Field(default=5, description="how often a process reads it, in s")


class SidecarSettings(_Strict):
    """The proxy."""

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=9280, description="port to listen on")
    max_body_bytes: Annotated[int, Field(ge=1024)] = Field(
        default=10_000_000, description="largest body that is read for facets; larger ones pass through"
    )


class Settings(_Strict):
    """The whole configuration."""

    elasticsearch: ElasticsearchSettings = ElasticsearchSettings()
    indices: dict[str, IndexSettings] = Field(default={}, description="what is known of each index")
    engine: EngineSettings = EngineSettings()
    memory: MemorySettings = MemorySettings()
    student: StudentSettings = StudentSettings()
    audience: AudienceSettings = AudienceSettings()
    control: ControlSettings = ControlSettings()
    sidecar: SidecarSettings = SidecarSettings()


def load_settings(path: str | Path | None = None, env: Mapping[str, str] | None = None) -> Settings:
    """Reads ``path`` (else ``$GENFACET_CONFIG``, else ``genfacet.yml`` where it exists) and the environment.

    Raises SettingsError, one sentence that names the key and the nearest known one.
    """
    env = os.environ if env is None else env
    given = path or env.get("GENFACET_CONFIG")
    file = Path(given or DEFAULT_FILE)
    values = _read_file(file) if given or file.exists() else {}
    environment = _environment(env)
    for key, value in environment.items():
        _set(values, key, value)
    return parse_settings(values, f"{file} and the environment" if environment else str(file))


def parse_settings(values: Mapping[str, Any], origin: str = "the configuration") -> Settings:
    """Checks plain values; raises SettingsError."""
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(f"{origin}: {describe(error, Settings)}") from None


def describe(error: ValidationError, model: type[BaseModel]) -> str:
    """The first problem of a validation in one sentence; an unknown key with the nearest known one."""
    problem = error.errors(include_url=False, include_context=False)[0]
    place = [str(part)[:LONGEST_NAME] for part in problem["loc"]]  # a key can be megabytes
    if problem["type"] != "extra_forbidden":
        return f"{'.'.join(place) or 'the section'}: {problem['msg'].removeprefix('Value error, ')}"
    nearest = get_close_matches(place[-1], _keys(model, place[:-1]), n=1, cutoff=0.5)
    hint = f", did you mean [{nearest[0]}]?" if nearest else ""
    return f"unknown key [{'.'.join(place)}]{hint}"


def _keys(model: Any, place: list[str]) -> list[str]:
    """The known keys of the model at that place."""
    for part in place:
        models = [model] if isinstance(model, type) and issubclass(model, BaseModel) else []
        if models and part in models[0].model_fields:
            model = models[0].model_fields[part].annotation
        inner = [a for a in get_args(model) if isinstance(a, type) and issubclass(a, BaseModel)]
        model = inner[0] if inner else model
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _read_file(file: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{file} does not exist; `genfacet init --index NAME` writes one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{file} is no valid YAML{_place(error)}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise SettingsError(f"{file} holds no mapping of settings")
    return values


def _place(error: yaml.YAMLError) -> str:
    """What is wrong and where, without the line itself, which may hold a password."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    return f": {problem} in line {mark.line + 1}, column {mark.column + 1}" if mark and problem else ""


def _environment(env: Mapping[str, str]) -> dict[str, Any]:
    named = {"ELASTICSEARCH_URL": "url", "ELASTIC_API_KEY": "api_key", "ELASTIC_BASIC_AUTH": "basic_auth"}
    values: dict[str, Any] = {f"elasticsearch__{key}": env[name] for name, key in named.items() if env.get(name)}
    for name, text in env.items():
        if name.startswith(ENV_PREFIX) and NESTED in name:
            try:
                values[name.removeprefix(ENV_PREFIX).lower()] = yaml.safe_load(text)
            except yaml.YAMLError:
                raise SettingsError(f"{name} is no valid YAML value; quote it") from None
    return values


def _set(values: dict[str, Any], key: str, value: Any) -> None:
    *path, last = key.split(NESTED)
    for part in path:
        inner = values.setdefault(part, {})
        if not isinstance(inner, dict):
            raise SettingsError(f"{ENV_PREFIX}{key.upper()} sets a key inside [{part}], which is no section")
        values = inner
    values[last] = value

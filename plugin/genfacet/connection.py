"""Where Elasticsearch is and who is asking."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from elasticsearch import (
    ApiError,
    AsyncElasticsearch,
    AuthenticationException,
    AuthorizationException,
    ConnectionTimeout,
    Elasticsearch,
    TransportError,
    UnsupportedProductError,
    __version__,
)
from elasticsearch import ConnectionError as NoConnection

from genfacet.errors import SettingsError

DEFAULT_URL = "http://localhost:9200"


@dataclass(frozen=True, slots=True)
class Connection:
    """One Elasticsearch and the credentials for it; no credential shows in its `repr`."""

    url: str = field(default=DEFAULT_URL, repr=False)  # it may hold a password
    api_key: str | None = field(default=None, repr=False)
    basic_auth: tuple[str, str] | None = field(default=None, repr=False)
    ca_certs: str | None = None
    verify_certs: bool = True

    def client(self, **options: Any) -> Elasticsearch:
        """Make a client; `options` are those of `elasticsearch.Elasticsearch`."""
        return Elasticsearch(**self._arguments(), **options)

    def async_client(self, **options: Any) -> AsyncElasticsearch:
        """Make an asynchronous client; `options` are those of `elasticsearch.AsyncElasticsearch`."""
        return AsyncElasticsearch(**self._arguments(), **options)

    def _arguments(self) -> dict[str, Any]:
        arguments: dict[str, Any] = {"hosts": [_with_port(self.url)]}
        if self.api_key:
            arguments["api_key"] = self.api_key
        if self.basic_auth:
            arguments["basic_auth"] = self.basic_auth
        if arguments["hosts"][0].startswith("https:"):  # the client refuses TLS options for plain HTTP
            arguments |= {"verify_certs": self.verify_certs, "ssl_show_warn": False}
            if self.ca_certs:
                arguments["ca_certs"] = self.ca_certs
        return arguments


def explain(error: Exception) -> str | None:
    """Say in one sentence what went wrong between us and Elasticsearch; None for any other error."""
    match error:
        case AuthenticationException():
            return "Elasticsearch refuses these credentials (HTTP 401): check --api-key or --basic-auth."
        case AuthorizationException():
            return f"Elasticsearch forbids this to the given credentials (HTTP 403): {_reason(error)}."
        case UnsupportedProductError():
            return "What answers at this address is not Elasticsearch: check --url."
        case ApiError() if is_too_old(error):
            client = ".".join(map(str, __version__))
            return f"This Elasticsearch is older than its client here ({client}): pip install 'elasticsearch>=8.19,<9'."
        case ApiError():
            return f"Elasticsearch answered HTTP {error.meta.status}: {_reason(error)}."
        case ConnectionTimeout():
            return "Elasticsearch did not answer in time: check that it is up, or try again later."
        case NoConnection():
            return f"Elasticsearch cannot be reached ({_cause(error)}): check --url or ELASTICSEARCH_URL."
        case TransportError():
            return f"Talking to Elasticsearch failed: {str(error.message).rstrip('.')}."
        case _:
            return None


def is_too_old(error: Exception) -> bool:
    """Whether the error says that Elasticsearch is of an earlier major version than the client."""
    details = _details(error) if isinstance(error, ApiError) else None
    return isinstance(details, dict) and details.get("type") == "media_type_header_exception"


def _cause(error: TransportError) -> str:
    """The innermost cause, without the names of classes and objects in front of it."""
    return str(error.message).rpartition(": ")[2].rstrip(".")


def _reason(error: ApiError) -> str:
    details = _details(error)
    reason = details.get("reason") if isinstance(details, dict) else details
    return str(reason or error.message).rstrip(".")


def _details(error: ApiError) -> Any:
    """What Elasticsearch says of an error: an object, now and then a text; None where it says nothing."""
    return error.body.get("error") if isinstance(error.body, dict) else None


def _with_port(url: str) -> str:
    """Complete a URL by the port that its scheme implies, because the client insists on one."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (KeyError, ValueError):
        parts, port = None, 0
    if parts is None or not parts.hostname:
        raise SettingsError("The address of Elasticsearch must look like http://localhost:9200.")
    netloc = parts.netloc if parts.port else f"{parts.netloc.rstrip(':')}:{port}"
    return parts._replace(netloc=netloc).geturl()

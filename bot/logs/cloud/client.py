"""The connection to Cloud Logging: Google's own client, one page a call, its retries off; imported when first used."""

import os
from typing import Any, Protocol
from urllib.parse import urlsplit

from bot.errors import LogsUnavailable, UsageError

PAGE_SIZE = 1000
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_UNLIMITED = [("grpc.max_receive_message_length", -1)]


class Pages(Protocol):
    """Where pages of entries come from."""

    def page(self, project: str, asked: str, token: str, deadline: float) -> Any:
        """The `ListLogEntriesResponse` message for this filter, oldest entry first, behind this page token ("": first).

        `deadline` is in seconds. Raises google.api_core's GoogleAPICallError.
        """
        ...


class Endpoint:
    """`host:port` on loopback, read without TLS, or `https://host:port`; "" is Google's own.

    Raises UsageError, which names the `option`, for anything else: credentials and logs don't cross a network in the
    clear.
    """

    def __init__(self, text: str = "", option: str = "--logging-endpoint") -> None:
        parts = urlsplit(text if "://" in text else f"//{text}")
        try:
            host, port = parts.hostname or "", parts.port
        except ValueError:
            host, port = "", None
        self.address = parts.netloc
        self.insecure = bool(text) and parts.scheme in ("", "http")
        if text and (not host or parts.path.strip("/") or parts.scheme not in ("", "http", "https")):
            raise UsageError(f"{option} {text} is no address; write host:port, or https://host:port.")
        if self.insecure and host not in _LOOPBACK:
            raise UsageError(
                f"{option} {text} is not on this machine: only loopback is read without TLS; write "
                f"https://{self.address}."
            )
        if self.insecure and port is None:
            raise UsageError(f"{option} {text} has no port; write host:port.")


class Connection:
    """Cloud Logging behind this endpoint, `page_size` entries a page at most. It connects at the first page."""

    def __init__(self, endpoint: Endpoint, page_size: int = PAGE_SIZE) -> None:
        self._endpoint = endpoint
        self._page_size = page_size
        self._client: Any = None

    def page(self, project: str, asked: str, token: str, deadline: float) -> Any:
        """As `Pages` says. Raises LogsUnavailable too, where no credentials are found."""
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2Client
        from google.cloud.logging_v2.services.logging_service_v2.transports import LoggingServiceV2GrpcTransport
        from google.cloud.logging_v2.types import ListLogEntriesRequest, ListLogEntriesResponse

        if self._client is None:
            self._client = connected(self._endpoint, LoggingServiceV2Client, LoggingServiceV2GrpcTransport)
        request = ListLogEntriesRequest(
            resource_names=[f"projects/{project}"],
            filter=asked,
            order_by="timestamp asc",
            page_size=self._page_size,
            page_token=token,
        )
        pages = self._client.list_log_entries(request=request, retry=None, timeout=deadline).pages
        return ListLogEntriesResponse.pb(next(pages))


def connected(endpoint: Endpoint, client: Any, transport: Any) -> Any:
    """A client of this class of Google's behind the endpoint; `transport` is its transport by gRPC.

    Raises LogsUnavailable where no credentials are found.
    """
    from google.auth.exceptions import GoogleAuthError

    if endpoint.insecure:
        import grpc  # type: ignore[import-untyped]

        channel = grpc.insecure_channel(endpoint.address, options=_UNLIMITED)
        return client(transport=transport(channel=channel))
    options = {"api_endpoint": endpoint.address} if endpoint.address else None
    try:
        return client(client_options=options)
    except GoogleAuthError as error:
        said = " ".join(str(error).split())[:300].rstrip(".;")
        raise LogsUnavailable(
            f"no Google Cloud credentials to read logs with: {said}; run `gcloud auth application-default login`, or "
            "in GitHub Actions authenticate before this step"
        ) from error

"""Google Cloud Logging as a source. Google's libraries are imported when the first page is read."""

from bot.logs.cloud.client import Connection, Endpoint, Pages
from bot.logs.cloud.pacing import Pace
from bot.logs.cloud.query import Query
from bot.logs.cloud.source import CloudSource
from bot.logs.cloud.span import Span, span_of

__all__ = ["CloudSource", "Connection", "Endpoint", "Pace", "Pages", "Query", "Span", "span_of"]

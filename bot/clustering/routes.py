"""Request URLs as routes: the path with its ids masked."""

import re
from functools import lru_cache

from bot.model.shape import shape_of

_LONGEST_URL = 2_048
_MOST_SEGMENTS = 8
_LONGEST_NAME = 40
_QUERY = re.compile("[?#]")
_HOST = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]{0,20}:)?//[^/]*+")
_DIGIT = re.compile(r"\d")
_VERSION = re.compile(r"v[0-9]{1,2}(?:(?:alpha|beta)[0-9]{0,2})?")
_VERSIONS = re.compile(rf"/{_VERSION.pattern}(?![^/?#])")


def route_of(url: str) -> str:
    """`/api/cart/*` of `https://host/api/cart/6097?x=1`; "/" where there is no path, at most eight segments.

    Of a URL 2,048 characters are read; any text has a route.
    """
    return _route(url[:_LONGEST_URL])


def shape_of_url(url: str) -> bytes:
    """What the route depends on: URLs of one shape differ in digits alone, and in none of a version in the path."""
    shape = shape_of(url)
    return shape + "".join(_VERSIONS.findall(url)).encode() if b"/v0" in shape else shape


@lru_cache(maxsize=16_384)
def _route(url: str) -> str:
    path = _QUERY.split(url, maxsplit=1)[0]
    if host := _HOST.match(path):
        path = path[host.end() :]
    segments = [segment for segment in path.split("/") if segment]
    shape = ["*" if _is_value(segment) else segment for segment in segments[:_MOST_SEGMENTS]]
    return "/" + "/".join([*shape, "..."] if len(segments) > _MOST_SEGMENTS else shape)


def _is_value(segment: str) -> bool:
    """True for what differs between two requests to one route: anything with a digit or an `@`, or very long."""
    if len(segment) > _LONGEST_NAME or "@" in segment:
        return True
    return bool(_DIGIT.search(segment)) and not _VERSION.fullmatch(segment)

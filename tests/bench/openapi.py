"""Whether a request is one that GitHub's own API description allows, to the last field and query parameter."""

import json
import re
import shutil
import tarfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.bench import cache
from tests.bench.proxy import Recorded

PACKAGE = "@octokit/openapi@23.0.2"
MEMBER = "package/generated/api.github.com.json"
PATHS = (
    "/repos/{owner}/{repo}",
    "/repos/{owner}/{repo}/issues",
    "/repos/{owner}/{repo}/issues/{issue_number}",
    "/repos/{owner}/{repo}/issues/{issue_number}/comments",
    "/repos/{owner}/{repo}/issues/{issue_number}/lock",
    "/repos/{owner}/{repo}/issues/comments/{comment_id}",
    "/repos/{owner}/{repo}/issues/{issue_number}/timeline",
    "/repos/{owner}/{repo}/labels",
    "/repos/{owner}/{repo}/labels/{name}",
    "/repos/{owner}/{repo}/branches/{branch}",
    "/repos/{owner}/{repo}/commits",
    "/repos/{owner}/{repo}/commits/{ref}",
    "/repos/{owner}/{repo}/commits/{ref}/check-runs",
    "/repos/{owner}/{repo}/commits/{ref}/status",
    "/repos/{owner}/{repo}/commits/{commit_sha}/pulls",
    "/repos/{owner}/{repo}/compare/{basehead}",
    "/repos/{owner}/{repo}/contents/{path}",
    "/repos/{owner}/{repo}/deployments",
    "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
)
METHODS = ("get", "post", "put", "patch", "delete")
HOST = "https://api.github.com"


def description() -> Path:
    """The description cut to the paths used, packed on first use. Raises cache.NotInstallable."""
    return cache.once(cache.CACHE / "github-requests-4.json", _make)


def _make() -> None:
    folder = cache.CACHE / "openapi"
    folder.mkdir(exist_ok=True)
    cache.npm("pack", "--silent", "--pack-destination", folder, PACKAGE)
    [package] = folder.glob("*.tgz")
    with tarfile.open(package) as archive:
        member = archive.extractfile(MEMBER)
        assert member is not None
        whole = json.load(member)
    cut = {"openapi": whole["openapi"], "info": whole["info"], "servers": [{"url": HOST}]}
    cut["paths"] = {path: _path(whole, whole["paths"][path]) for path in PATHS}
    shutil.rmtree(folder)
    made = cache.CACHE / "github-requests-4.json"
    made.with_suffix(".part").write_text(json.dumps(cut, indent=1))
    made.with_suffix(".part").rename(made)


def _path(whole: Any, item: Any) -> Any:
    """What a path says of its requests, every reference replaced by what it names."""
    kept = {}
    for method in METHODS:
        if method in item:
            operation = {"responses": {"default": {"description": "not checked"}}}
            operation |= {
                name: _inlined(whole, item[method][name])
                for name in ("parameters", "requestBody")
                if name in item[method]
            }
            kept[method] = _strict(operation)
    return kept


def _inlined(whole: Any, node: Any) -> Any:
    if isinstance(node, list):
        return [_inlined(whole, part) for part in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        found = whole
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return _inlined(whole, found)
    return {
        name: {field: _inlined(whole, one) for field, one in part.items()}
        if _fields(name, part)
        else _inlined(whole, part)
        for name, part in node.items()
        if name not in ("examples", "example", "description")
    }


def _fields(name: str, part: Any) -> bool:
    """Whether these are an object's fields, whose names are no words of the description: one may be `description`."""
    return name == "properties" and isinstance(part, dict)


def _strict(node: Any) -> Any:
    """The same schemas, in which a field that isn't described is an error."""
    if isinstance(node, list):
        return [_strict(part) for part in node]
    if not isinstance(node, dict):
        return node
    strict = {name: _strict(part) for name, part in node.items()}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        strict.setdefault("additionalProperties", False)
    return strict


@lru_cache(maxsize=1)
def _api() -> Any:
    from openapi_core import OpenAPI

    return OpenAPI.from_dict(json.loads(description().read_text()))


@lru_cache(maxsize=1)
def _queries() -> list[tuple[re.Pattern[str], dict[str, set[str]]]]:
    """Which query parameters each path takes, by method."""
    paths = json.loads(description().read_text())["paths"]
    return [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", path.replace("{path}", ".+"))), _parameters(item))
        for path, item in paths.items()
    ]


def _parameters(item: Any) -> dict[str, set[str]]:
    return {
        method.upper(): {named["name"] for named in operation.get("parameters", ()) if named["in"] == "query"}
        for method, operation in item.items()
    }


def violations(requests: Iterable[Recorded]) -> list[str]:
    """What is wrong with these requests, one line each; empty where GitHub would take them all."""
    seen: dict[tuple[str, str, bytes], str] = {}
    for request in requests:
        key = (request.method, request.target, request.body)
        if key not in seen:
            seen[key] = _violation(request)
    return [wrong for wrong in seen.values() if wrong]


def _whole_parameter(path: str) -> str:
    """The path with a file's own slashes hidden: to the description it is one parameter, which takes them."""
    before, contents, file = path.partition("/contents/")
    return before + contents + file.replace("/", "%2F")


def _violation(request: Recorded) -> str:
    from openapi_core.exceptions import OpenAPIError
    from openapi_core.testing import MockRequest

    target = urlsplit(request.target)
    query = dict(parse_qsl(target.query, keep_blank_values=True))
    mock = MockRequest(
        HOST,
        request.method.lower(),
        _whole_parameter(target.path),
        args=query,
        headers={name.lower(): value for name, value in request.headers.items()},
        data=request.body or None,
        content_type=request.headers.get("Content-Type", "application/json"),
    )
    try:
        _api().validate_request(mock)
    except OpenAPIError as error:
        return f"{request}: {error}: {error.__cause__}"
    known = next(by_method[request.method] for path, by_method in _queries() if path.fullmatch(target.path))
    unknown = set(query) - known
    return f"{request}: unknown parameters {sorted(unknown)}" if unknown else ""

"""Whole files by name, from folders or Cloud Storage, for what is read at once; Google's library is imported late."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.errors import LogsUnavailable
from bot.logs.cloud.client import Endpoint

SCHEME = "gs://"
EMULATOR = "STORAGE_EMULATOR_HOST"
"""The environment variable by which Google's own clients are sent to another server."""
_HOST = "https://storage.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/devstorage.read_only"
_SECONDS = 60
_ADVICE = {
    401: "run `gcloud auth application-default login`, or in GitHub Actions authenticate before this step",
    403: "give the account roles/storage.objectViewer on the bucket",
    404: "check the address",
}


def read_whole(name: str, pattern: str) -> Iterator[tuple[str, bytes]]:
    """(name, content) of a file, of those of a folder that fit the pattern (`window-*.json`), or the same at `gs://`.

    A folder of a bucket ends with a slash. Raises LogsUnavailable naming what can't be read, and why.
    """
    if name.startswith(SCHEME):
        yield from _Bucket(name).read(pattern)
    elif Path(name).is_dir():
        files = sorted(Path(name).glob(pattern))
        if not files:
            raise LogsUnavailable(f"no {pattern} in the folder {name}: check the path")
        yield from ((str(file), _content(file)) for file in files)
    else:
        yield name, _content(Path(name))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise LogsUnavailable(f"can't read {file}: {why}; check the path") from error


class _Bucket:
    """Objects at a `gs://` address, over Cloud Storage's JSON API.

    Source: https://cloud.google.com/storage/docs/json_api/v1/objects
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._bucket, _, self._name = address.removeprefix(SCHEME).partition("/")
        if not self._bucket or not self._name:
            raise LogsUnavailable(f"{address} names no object: write gs://bucket/folder/ or gs://bucket/object")
        self._endpoint = Endpoint(os.environ.get(EMULATOR, ""), EMULATOR)
        self._session: Any = None

    def read(self, pattern: str) -> Iterator[tuple[str, bytes]]:
        """(address, content) of the object, or of the folder's objects whose names fit the pattern."""
        names = list(self._listed(pattern)) if self._name.endswith("/") else [self._name]
        if not names:
            raise LogsUnavailable(f"no {pattern} in {self._address}: check the address")
        for name in names:
            yield f"{SCHEME}{self._bucket}/{name}", self._get(f"/o/{quote(name, safe='')}", {"alt": "media"}).content

    def _listed(self, pattern: str) -> Iterator[str]:
        asked = {"prefix": self._name, "delimiter": "/", "matchGlob": f"{self._name}{pattern}"}
        while True:
            page = self._get("/o", {**asked, "fields": "items(name),nextPageToken"}).json()
            yield from sorted(item["name"] for item in page.get("items", ()))
            if not page.get("nextPageToken"):
                return
            asked["pageToken"] = page["nextPageToken"]

    def _get(self, path: str, asked: Mapping[str, str]) -> Any:
        import requests
        from google.auth.exceptions import GoogleAuthError

        host = f"http://{self._endpoint.address}" if self._endpoint.insecure else _HOST
        try:
            self._session = self._session or self._connected()
            answer = self._session.get(f"{host}/storage/v1/b/{self._bucket}{path}", params=asked, timeout=_SECONDS)
        except (requests.RequestException, GoogleAuthError) as error:
            said = " ".join(str(error).split())[:300].rstrip(".;")
            raise LogsUnavailable(f"can't read {self._address}: {said}; {_ADVICE[401]}") from error
        if answer.status_code != 200:
            advice = _ADVICE.get(answer.status_code, "run again")
            raise LogsUnavailable(f"can't read {self._address}: Cloud Storage answers {answer.status_code}; {advice}")
        return answer

    def _connected(self) -> Any:
        import requests
        from requests.adapters import HTTPAdapter
        from urllib3.util import Retry

        if self._endpoint.insecure:
            session: Any = requests.Session()
        else:
            import google.auth
            from google.auth.transport.requests import AuthorizedSession

            session = AuthorizedSession(google.auth.default(scopes=[_SCOPE])[0])  # type: ignore[no-untyped-call]
        retry = Retry(total=3, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504), raise_on_status=False)
        session.mount("http://", HTTPAdapter(max_retries=retry))
        session.mount("https://", HTTPAdapter(max_retries=retry))
        return session

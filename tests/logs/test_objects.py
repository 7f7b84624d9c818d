"""Whole files from folders and from Cloud Storage's JSON API, over a real connection."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bot.errors import LogsUnavailable, UsageError
from bot.logs.objects import EMULATOR, read_whole

PATTERN = "window-*.json"


class _Bucket(BaseHTTPRequestHandler):
    """Objects of one bucket, listed two a page; the first answer to each path may be a refusal."""

    objects: ClassVar[dict[str, bytes]] = {}
    refusals: ClassVar[list[int]] = []
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """List or read."""
        parts = urlsplit(self.path)
        type(self).asked.append(parts.path)
        if self.refusals:
            return self._answer(self.refusals.pop(0), b"")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/storage/v1/b/logs/o":
            return self._answer(200, json.dumps(self._page(query)).encode())
        content = self.objects.get(unquote(parts.path.removeprefix("/storage/v1/b/logs/o/")))
        self._answer(404 if content is None or query != {"alt": "media"} else 200, content or b"")

    def _page(self, query: dict[str, str]) -> dict[str, Any]:
        prefix, suffix = query["matchGlob"].split("*")
        names = sorted(name for name in self.objects if name.startswith(prefix) and name.endswith(suffix))
        start = int(query.get("pageToken", 0))
        more = {"nextPageToken": str(start + 2)} if len(names) > start + 2 else {}
        return {"items": [{"name": name} for name in names[start : start + 2]], **more}

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Bucket]]:
    """A bucket `logs` on loopback."""
    _Bucket.objects, _Bucket.refusals, _Bucket.asked = {}, [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(EMULATOR, f"http://127.0.0.1:{server.server_port}")
    yield _Bucket
    server.shutdown()
    server.server_close()


def test_one_object(bucket: type[_Bucket]) -> None:
    """Its name may hold what a path must not."""
    bucket.objects["a b/c#d.json"] = b"{}"
    assert list(read_whole("gs://logs/a b/c#d.json", PATTERN)) == [("gs://logs/a b/c#d.json", b"{}")]


def test_a_folder_page_by_page(bucket: type[_Bucket]) -> None:
    """Only what fits the pattern, over all pages."""
    bucket.objects |= {f"out/window-{number}.json": b"%d" % number for number in range(5)}
    bucket.objects |= {"out/dead-letters-1.ndjson": b"no", "other/window-9.json": b"no"}
    found = list(read_whole("gs://logs/out/", PATTERN))
    assert found == [(f"gs://logs/out/window-{number}.json", b"%d" % number) for number in range(5)]


def test_a_passing_refusal_is_tried_again(bucket: type[_Bucket]) -> None:
    """A 503 and a 429 are no end."""
    bucket.objects["a"] = b"x"
    bucket.refusals += [503, 429]
    assert list(read_whole("gs://logs/a", PATTERN)) == [("gs://logs/a", b"x")]
    assert len(bucket.asked) == 3


@pytest.mark.parametrize(("status", "advice"), [(403, "roles/storage.objectViewer"), (404, "check the address")])
def test_a_refusal_says_what_to_do(bucket: type[_Bucket], status: int, advice: str) -> None:
    """With the address, the answer and the way out; it is not tried again."""
    bucket.refusals.append(status)
    with pytest.raises(LogsUnavailable, match=f"can't read gs://logs/a: Cloud Storage answers {status}; .*{advice}"):
        list(read_whole("gs://logs/a", PATTERN))
    assert len(bucket.asked) == 1


def test_an_empty_folder_is_named(bucket: type[_Bucket], tmp_path: Path) -> None:
    """Nothing there is a mistake, here and in a bucket."""
    for folder in ("gs://logs/none/", str(tmp_path)):
        with pytest.raises(LogsUnavailable, match=r"no window-\*\.json in .*: check the"):
            list(read_whole(folder, PATTERN))


@pytest.mark.parametrize("address", ["gs://logs", "gs://", "gs:///a"])
def test_an_address_names_an_object(address: str) -> None:
    """A bucket alone is no folder of windows."""
    with pytest.raises(LogsUnavailable, match="names no object: write gs://bucket/folder/ or gs://bucket/object"):
        list(read_whole(address, PATTERN))


def test_an_emulator_is_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment names is not trusted with logs in the clear over a network."""
    monkeypatch.setenv(EMULATOR, "http://storage.example:80")
    with pytest.raises(UsageError, match=f"{EMULATOR} http://storage.example:80 is not on this machine"):
        list(read_whole("gs://logs/a", PATTERN))


def test_without_credentials_it_says_how_to_get_some(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No traceback of Google's."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    monkeypatch.delenv(EMULATOR, raising=False)
    with pytest.raises(
        LogsUnavailable, match=r"can't read gs://logs/a: .*; run `gcloud auth application-default login`"
    ):
        list(read_whole("gs://logs/a", PATTERN))


def test_files_and_folders(tmp_path: Path) -> None:
    """A file by its name, whatever it is; of a folder those that fit; one that isn't there is named."""
    for name in ("window-b.json", "window-a.json", "other.json"):
        (tmp_path / name).write_bytes(name.encode())
    assert [name for name, _ in read_whole(str(tmp_path), PATTERN)] == [
        str(tmp_path / "window-a.json"),
        str(tmp_path / "window-b.json"),
    ]
    assert list(read_whole(str(tmp_path / "other.json"), PATTERN)) == [(str(tmp_path / "other.json"), b"other.json")]
    with pytest.raises(LogsUnavailable, match=r"can't read .*none\.json: No such file or directory; check the path"):
        list(read_whole(str(tmp_path / "none.json"), PATTERN))

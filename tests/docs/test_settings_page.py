"""docs/settings.md says what is so: every key, and every variable works."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from bot.settings import Settings, load
from tests.docs.settings_page import PAGE, RENEW, page

ROWS = re.findall(r"^\| `([\w.]+)` \| (.*?) \| .* \| `(INCIDENTBOT_\w+)` \|$", page(), re.M)
SAMPLES: dict[str, Any] = {
    "text": "words", "whole number": 7, "number": 0.75, "path": "somewhere", "length of time": "7h",
    "channel id": "C0123OPS", "owner/name": "acme/shop", "secret text": "0123456789", "`true` or `false`": True,
    "table of texts": {"a": "b"}, "table of lists of texts": {"a": ["b"]}, "table of tables as below": {},
    "table of channel ids": {"ada": "C0123OPS"}, "table of member or group ids": {"ada": "U0123ADA"},
    "list of texts": ["words"], "list of secret texts": ["0123456789"], "list of lengths of time": ["7h"],
}  # fmt: skip


def sample(key: str, kind: str) -> Any:
    """A value of this type that is no default."""
    special = {"unmute_factor": 3.5, "slack.workflow": "other.yml"}
    if key in special:
        return special[key]
    if choices := re.findall(r'`"([\w-]+)"`', kind):
        return [choices[-1]] if kind.startswith("list") else {"a": choices[-1]} if "table" in kind else choices[-1]
    return SAMPLES[kind]


def plain(value: Any) -> Any:
    """A value as it would stand in a file."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return str(value) if isinstance(value, Path | str) else value


def test_the_page_is_that_of_the_model() -> None:
    """A key, type, default or description that changes has to be written anew."""
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(), f"docs/settings.md is behind the settings: renew it with {RENEW}"


def test_every_key_is_there_and_described() -> None:
    """Each field of the model and of its sections has a row, and each says what it means."""
    keys = []
    for name, field in Settings.model_fields.items():
        section = field.default
        keys += [f"{name}.{key}" for key in type(section).model_fields] if isinstance(section, BaseModel) else [name]
    assert sorted(key for key, _, _ in ROWS) == sorted(keys)
    assert [line for line in page().splitlines() if re.search(r"\| +\|", line)] == []


@pytest.mark.parametrize(("key", "kind", "variable"), ROWS, ids=[key for key, _, _ in ROWS])
def test_every_variable_sets_its_key(
    key: str, kind: str, variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The variable that the page names, with a value of the type that it names, is what is read."""
    monkeypatch.chdir(tmp_path)
    value = sample(key, kind)
    monkeypatch.setenv(variable, value if isinstance(value, str) else json.dumps(value))
    found: Any = load()
    for name in key.split("."):
        found = getattr(found, name)
    assert plain(found) == value

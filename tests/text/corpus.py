"""Secrets as their issuers document them, collected apart from the rules: `secrets.toml`, with a source beside each."""

import tomllib
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("secrets.toml")


class Example(NamedTuple):
    """A line as a log could have it, the secret in it, what issues such a secret, and where that is documented."""

    kind: str
    source: str
    line: str
    secret: str


def examples() -> list[Example]:
    """Every example of the file."""
    listed = tomllib.loads(FILE.read_text(encoding="utf-8"))["secret"]
    return [_example(one["kind"], one["source"], one["line"], "".join(one["pieces"])) for one in listed]


def _example(kind: str, source: str, line: str, secret: str) -> Example:
    return Example(kind, source, line.replace("{}", secret, 1), secret)


def leaks(example: Example, redacted: str) -> bool:
    """Whether a quarter of the secret, and at least four characters in a row, still stand in the redacted line."""
    size = max(4, len(example.secret) // 4)
    runs = {example.secret[at : at + size] for at in range(len(example.secret) - size + 1)}
    label = example.line.replace(example.secret, "")
    return any(run in redacted for run in runs if run not in label and not run.startswith("-----"))

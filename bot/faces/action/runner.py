"""The runner's side: its commands in the log, its files for outputs and the summary.

Sources: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands, and how the runner parses
a line: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
"""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from bot.text.terminal import line

SUMMARY_LIMIT = 1_048_576
"""Bytes that a step's summary may have; a larger one is not shown at all."""

_IGNORED = "\ufe0f"


def safe(text: str) -> str:
    """One line in which the runner finds no command; it compares with the culture's rules, which skip U+FE0F."""
    return line(text.replace(_IGNORED, ""))


def command(name: str, data: str = "", **properties: str) -> str:
    """A workflow command: `::name key=value::data`, all values escaped as the runner undoes it."""
    told = ",".join(f"{key}={_property(safe(value))}" for key, value in properties.items())
    return f"::{name}{' ' if told else ''}{told}::{_data(safe(data))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


class Runner:
    """Writes to the log and to the files that the environment names; a file that isn't named is left out."""

    def __init__(self, env: Mapping[str, str], log: TextIO) -> None:
        self._env = env
        self._log = log

    def say(self, text: str) -> None:
        """One line of the log, whatever is in the text."""
        print(safe(text), file=self._log, flush=True)

    def order(self, name: str, data: str = "", **properties: str) -> None:
        """A workflow command."""
        print(command(name, data, **properties), file=self._log, flush=True)

    @contextlib.contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Lines that the log shows folded."""
        self.order("group", title)
        try:
            yield
        finally:
            self.order("endgroup")

    def outputs(self, values: Mapping[str, int | str]) -> None:
        """Set the step's outputs, each of one line. Raises OSError."""
        self._append("GITHUB_OUTPUT", "".join(f"{name}={value}\n" for name, value in values.items()))

    def summary_room(self) -> int:
        """Bytes that are left in the step's summary."""
        path = self._env.get("GITHUB_STEP_SUMMARY")
        there = Path(path).stat().st_size if path and Path(path).exists() else 0
        return max(0, SUMMARY_LIMIT - there)

    def summarise(self, text: str) -> None:
        """Add to the step's summary. Raises OSError."""
        self._append("GITHUB_STEP_SUMMARY", text)

    def _append(self, variable: str, text: str) -> None:
        if path := self._env.get(variable):
            with Path(path).open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.write(text)

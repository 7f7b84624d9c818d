"""The reports of a run, in a folder of their own below the runner's: what the next step keeps as an artifact."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from bot.model.time import iso


class Reports:
    """Takes the reports of one run. Until then, and where they are not wanted, `folder` and `worklog` are empty.

    `trouble` says why they could not be written: what was filed is filed, so that is no failure of the run.
    """

    def __init__(self, parent: str) -> None:
        self._parent = parent
        self.folder = ""
        self.worklog = ""
        self.trouble = ""

    @property
    def name(self) -> str:
        """The folder's own name, which is that of the artifact."""
        return Path(self.folder).name

    def keep(self, texts: Mapping[str, str], wall: int) -> None:
        """Write these texts by file name; `wall` (nanoseconds) names the folder, which no other run of the job has."""
        self.worklog = texts["worklog.md"]
        stamp = iso(wall).replace(":", "")
        try:
            made = Path(tempfile.mkdtemp(prefix=f"incidentbot-{stamp}-", dir=self._parent or None))
            for name, text in texts.items():
                (made / name).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        except OSError as error:
            self.trouble = f"The reports can't be written below {self._parent}: {error.strerror}; make room there."
        else:
            self.folder = str(made)

"""What is to be learnt of an incident that was fixed: its state, and what its fix changed."""

import msgspec

from bot.model.fix import FileChange, FixCommit
from bot.model.incident import Playbook
from bot.model.state import IssueState


class Lesson(msgspec.Struct, frozen=True):
    """An issue and what was gathered of its end. `changes` are what the fix commits change, by path.

    `playbooks` are those that fit. `unknown` says what could not be had.
    """

    number: int
    state: IssueState
    fixes: tuple[FixCommit, ...]
    changes: tuple[FileChange, ...]
    playbooks: tuple[Playbook, ...]
    unknown: tuple[str, ...] = ()

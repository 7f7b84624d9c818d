"""Every error that reaches a user: a sentence that says what is wrong, where, and what to do; one exit code a class.

Exit codes: 0 done, 1 failed, 2 usage, 3 settings, 4 logs unavailable, 5 tracker unavailable, 6 partly done.
"""


class IncidentbotError(Exception):
    """What a face prints as one line and turns into the exit code of its class."""

    exit_code = 1


class UsageError(IncidentbotError):
    """The command's words don't fit together."""

    exit_code = 2


class SettingsError(IncidentbotError):
    """A settings file, an environment variable or a template of the user's can't be used."""

    exit_code = 3


class LogsUnavailable(IncidentbotError):
    """No log entry could be read."""

    exit_code = 4


class NoLogEntries(LogsUnavailable):
    """The sources were read whole and hold no record at all; at a shell a mistake, on cron a quiet night."""


class TrackerUnavailable(IncidentbotError):
    """The issues can't be listed, read or written."""

    exit_code = 5


class UnclearOutcome(TrackerUnavailable):
    """A write that may have happened: its answer was lost or makes no sense. Look what stands; never re-send it."""


class RateLimited(TrackerUnavailable):
    """The tracker asked for a pause and did nothing; `wait` is its length in seconds."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


class Refused(TrackerUnavailable):
    """The tracker refused this one thing, for a reason that other things need not share."""


class Damaged(TrackerUnavailable):
    """An issue is there, but what it says can't be read; the message names it and says what is wrong with it."""


class PartlyDone(IncidentbotError):
    """Some actions are confirmed, others are left for the next run; the message says which.

    `result` is what the run has to tell all the same, in the terms of whoever raises it.
    """

    exit_code = 6

    def __init__(self, message: str, result: object = None) -> None:
        super().__init__(message)
        self.result = result

"""What clustering says of one entry: its fingerprint, and what of the failure itself it could read."""

import enum
from collections.abc import Callable

import msgspec

from bot.model.entry import LogEntry


class Kind(enum.StrEnum):
    """What a cluster is made of; it decides how its fingerprint is built."""

    TRACE = "trace"
    MESSAGE = "message"
    REQUEST = "request"
    SYSTEM = "system"
    AUDIT = "audit"


class Frame(msgspec.Struct, frozen=True):
    """One stack frame. `in_app` is False for libraries, runtimes, frameworks; `source` is the code line if logged."""

    module: str
    function: str
    file: str = ""
    line: int = 0
    in_app: bool = True
    source: str = ""


class ExceptionInfo(msgspec.Struct, frozen=True):
    """One exception of a chain: its type as written, and its message."""

    type: str
    value: str

    @property
    def short_type(self) -> str:
        """The type without its module."""
        return self.type.rpartition(".")[2]


class StackTrace(msgspec.Struct, frozen=True):
    """An exception chain, root cause first, and the frames of the exception at index `at`, outermost first.

    `at` is the first exception of the chain that in-app frames raised; where none did, the last of the chain.
    """

    chain: tuple[ExceptionInfo, ...]
    frames: tuple[Frame, ...] = ()
    at: int = 0

    @property
    def cause(self) -> ExceptionInfo:
        """The first exception that the application's own code raised: what a person calls the root cause."""
        return self.chain[self.at]

    @property
    def raised(self) -> ExceptionInfo:
        """The exception that came out at the end of the chain."""
        return self.chain[-1]

    @property
    def origin(self) -> Frame | None:
        """The innermost in-app frame, else the innermost frame; None where no frame was logged."""
        own = [frame for frame in self.frames if frame.in_app] or list(self.frames)
        return own[-1] if own else None


class Signature(msgspec.Struct, frozen=True):
    """The identity of what an entry says.

    `fingerprint` is the same on every run, in every order, on every machine. `template` is the masked text; `title` one
    line for a person, or "" where the entry's own first line is the best title. `loose` are keys that two forms of one
    failure share; the first is that of the failure itself, the rest are of what its message quotes. `former` is the
    fingerprint by the algorithm's last version, "" where that isn't asked for.
    """

    fingerprint: str
    kind: Kind
    title: str
    template: str
    trace: StackTrace | None = None
    loose: tuple[str, ...] = ()
    former: str = ""


SignatureOf = Callable[[LogEntry], Signature]
"""What names an entry's cluster; it must be pure."""


class Alias(msgspec.Struct, frozen=True, order=True):
    """Templates that differ in values alone: so many tokens, values at the positions `holes`, the rest as digested.

    It holds no log text. As text: `tokens:holes:digest`, `9:3,7:0123456789abcdef`.
    """

    tokens: int
    holes: tuple[int, ...]
    digest: str

    def __str__(self) -> str:
        return f"{self.tokens}:{','.join(map(str, self.holes))}:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> "Alias":
        """The alias that `str` wrote so. Raises ValueError for any other text."""
        tokens, holes, digest = text.split(":")
        return cls(int(tokens), tuple(int(at) for at in holes.split(",")), digest)


class Widened(msgspec.Struct, frozen=True):
    """The cluster that a signature is counted in: its fingerprint, and the alias that says so.

    `alias` is None where it is known by the name that an older version of the algorithm gave it.
    """

    fingerprint: str
    alias: Alias | None = None

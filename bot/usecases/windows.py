"""Windows that another machine observed, as JSON: written in parts, merged in any order, and gone on from here.

A stored window holds no text that was not redacted. It names what was read for it by digests, so that nothing is
counted twice when windows are merged.
"""

import hashlib
from collections.abc import Iterable, Mapping
from heapq import nsmallest

import msgspec

from bot.clustering import VERSION
from bot.errors import LogsUnavailable, NoLogEntries
from bot.logs import Reading
from bot.model.entry import LogEntry
from bot.model.run import ReadReport, Skipped
from bot.model.signature import Signature
from bot.observing import Observer
from bot.observing.state_codec import FORMAT, ObserverRecord, hidden, record_of, take_in

STORED = "window-*.json"
"""What the names of stored windows look like, by which they are found in a folder."""
_SKIPPED_KEPT = 20


class UnusableWindow(ValueError):
    """Bytes that are no stored window, or one that this program can't merge with the others; the message says why."""


class Account(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of the records beside the entries that were kept; `reads` are digests of what was read, sorted.

    `names` is the digest of the settings that name environments and clusters; "" where that isn't known.
    """

    reads: tuple[str, ...] = ()
    duplicates: int = 0
    skipped_count: int = 0
    skipped: tuple[Skipped, ...] = ()
    names: str = ""

    @property
    def tells(self) -> bool:
        """Whether there was any record to account for."""
        return bool(self.reads or self.duplicates or self.skipped_count)

    def plus(self, other: "Account") -> "Account":
        """Both together. Raises UnusableWindow where they read the same thing, or named it by other settings."""
        if len({self.names, other.names} - {""}) > 1:
            raise UnusableWindow(
                "was folded with other settings than another window: give environments, in_app and not_in_app alike"
            )
        if shared := set(self.reads).intersection(other.reads):
            raise UnusableWindow(
                f"holds {len(shared)} of the reads that another window holds too: name each window once"
            )
        return Account(
            reads=tuple(sorted((*self.reads, *other.reads))),
            duplicates=self.duplicates + other.duplicates,
            skipped_count=self.skipped_count + other.skipped_count,
            skipped=tuple(nsmallest(_SKIPPED_KEPT, (*self.skipped, *other.skipped), key=_place)),
            names=self.names or other.names,
        )


def digest_of(name: str) -> str:
    """Sixteen hex digits that stand for a source in an account: what is read under one name is one read."""
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def names_digest(environments: Mapping[str, str], in_app: Iterable[str], not_in_app: Iterable[str]) -> str:
    """Sixteen hex digits that stand for what names environments and clusters."""
    return digest_of(repr((sorted(environments.items()), tuple(in_app), tuple(not_in_app))))


class _Head(msgspec.Struct, frozen=True):
    incidentbot_window: int
    fingerprints: str


class StoredWindow(_Head, frozen=True, forbid_unknown_fields=True):
    """A window as it is stored: what was observed, and the account of what it was read from."""

    observed: ObserverRecord
    account: Account = Account()

    def read_as(self, name: str) -> "StoredWindow":
        """The window, told to be one read of this name."""
        return msgspec.structs.replace(self, account=msgspec.structs.replace(self.account, reads=(digest_of(name),)))

    def encoded(self) -> bytes:
        """Compact JSON."""
        return msgspec.json.encode(self)


class Partial:
    """A part of a window: an observer, and the account of what it was read from. Parts merge in any order."""

    def __init__(self, observer: Observer | None = None, account: Account | None = None) -> None:
        self.observer = observer or Observer(unsigned, str)
        self.account = account or Account()

    def encoded(self) -> bytes:
        """Compact JSON, redacted by the redactor in use; the same parts give the same bytes, in whatever order."""
        return StoredWindow(FORMAT, VERSION, record_of(self.observer), self.account).encoded()

    def merge(self, other: "Partial") -> None:
        """Merge a part of a disjoint read; the other stays as it is. Raises UnusableWindow where it is none."""
        self.account = self.account.plus(other.account)
        self.observer.merge(other.observer)

    def take(self, stored: bytes, foreign: bool = False) -> None:
        """Merge what `encoded` wrote; where that is `foreign`, the redactor in use goes over it once more.

        Raises UnusableWindow where it is something else, or read already.
        """
        found = parse(stored)
        self.account = self.account.plus(found.account)
        take_in(self.observer, hidden(found.observed) if foreign else found.observed)


class StoredWindows(Reading):
    """A reading whose entries were observed elsewhere: stored windows, (name, content) each, that hold no read twice.

    It goes on from no watermark and holds no entries; `observer()` has what is known of them. Raises LogsUnavailable
    naming the window that can't be used and why.
    """

    def __init__(self, windows: Iterable[tuple[str, bytes]]) -> None:
        super().__init__(())
        self._names: list[str] = []
        self._whole = Partial()
        for name, content in windows:
            self._names.append(name)
            try:
                self._whole.take(content, foreign=True)
            except UnusableWindow as error:
                raise LogsUnavailable(f"The window {name} {error}.") from error

    def report(self) -> ReadReport:
        """What became of every record that the windows were made from."""
        account, entries = self._whole.account, self._whole.observer.window().entries
        return ReadReport(tuple(self._names), entries, account.duplicates, account.skipped_count, account.skipped)

    def observer(self, names: str = "") -> Observer:
        """What was observed in all windows.

        Raises LogsUnavailable where that is nothing, or where they were folded with settings of another `names` digest.
        """
        if names and self._whole.account.names not in ("", names):
            raise LogsUnavailable(
                f"{', '.join(self._names)}: folded with other environments, in_app or not_in_app than these settings "
                "have; go on with the settings that the pipeline was given, or fold again with these"
            )
        if not self._whole.observer.window().entries:
            broken, where = self._whole.account.skipped_count, ", ".join(self._names)
            raise (LogsUnavailable if broken else NoLogEntries)(
                f"no log entry was kept in {where} ({broken} records skipped): check what the pipeline was given"
            )
        return self._whole.observer


def parse(stored: bytes) -> StoredWindow:
    """What `encoded` wrote. Raises UnusableWindow where it is something else, or of another version."""
    try:
        head = msgspec.json.decode(stored, type=_Head)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise UnusableWindow("is no window that incidentbot stored: name what its Beam pipeline wrote") from None
    if head.incidentbot_window != FORMAT:
        raise UnusableWindow(
            f"has format {head.incidentbot_window}, this program reads {FORMAT}: "
            "make and read it with one version of incidentbot"
        )
    if head.fingerprints != VERSION:
        raise UnusableWindow(
            f"names its clusters by algorithm {head.fingerprints}, this program by {VERSION}: "
            "make it anew with this version"
        )
    return _whole(stored)


def _whole(stored: bytes) -> StoredWindow:
    try:
        return msgspec.json.decode(stored, type=StoredWindow)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UnusableWindow(f"is damaged ({error}): make it anew") from None


def _place(skipped: Skipped) -> tuple[str, int]:
    return skipped.source, skipped.position


def unsigned(entry: LogEntry) -> Signature:
    """For observers that are given every entry with its signature, or none at all. Raises LookupError."""
    raise LookupError("entries are signed where they are read; this observer only merges")

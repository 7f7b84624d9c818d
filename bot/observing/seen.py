"""The earliest and the latest entry of a cluster: which comes first, and what of it may be kept."""

import hashlib
from typing import NamedTuple

import msgspec

from bot.model.entry import LogEntry
from bot.model.signature import Kind, Signature, StackTrace
from bot.observing.deployments import commit_of
from bot.observing.keeping import SAMPLE_CHARACTERS, first_line, kept, kept_trace, sample
from bot.text.redaction import redact

TITLE_CHARACTERS = 300


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that a cluster needs of an entry, redacted and cut: it may leave the process.

    `tie` orders entries of one time and insertId. `message` is None where it is the same as `text`. Of an entry that
    its cluster isn't described by, message, title, template and status are left out.
    """

    nanos: int
    fingerprint: str
    kind: Kind
    tie: str
    insert_id: str = ""
    log_id: str = ""
    text: str = ""
    message: str | None = None
    title: str = ""
    template: str = ""
    trace: StackTrace | None = None
    loose: tuple[str, ...] = ()
    status: int = 0
    commit: str = ""


def rehidden(one: Kept) -> Kept:
    """What was kept elsewhere, redacted once more by the redactor in use; where that is the same, nothing changes."""
    return msgspec.structs.replace(
        one,
        text=redact(one.text),
        message=None if one.message is None else redact(one.message),
        title=redact(one.title),
        template=redact(one.template),
        trace=kept_trace(one.trace),
    )


class Seen(NamedTuple):
    """An entry that may be the earliest or the latest of its cluster."""

    nanos: int
    entry: LogEntry
    signature: Signature

    def precedes(self, other: "Seen") -> bool:
        """A total order: by time, then by insert id, then by a digest of everything that was logged."""
        if self.nanos != other.nanos:
            return self.nanos < other.nanos
        if self.entry.insert_id != other.entry.insert_id:
            return self.entry.insert_id < other.entry.insert_id
        return self.entry is not other.entry and self.tie() < other.tie()

    def tie(self) -> str:
        """Eight hex digits of all that was logged; they tell which of two entries of one time comes first."""
        return hashlib.blake2b(repr(self.entry).encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()

    @property
    def commit(self) -> str:
        """The commit that its labels name; "" where they name none."""
        return commit_of(self.entry.labels)

    def kept(self) -> Kept:
        """What may be kept of it as evidence: without message, title, template and status."""
        nanos, entry, signature = self
        evidence = sample(entry, nanos, kept_trace(signature.trace))
        return Kept(
            nanos=nanos,
            fingerprint=signature.fingerprint,
            kind=signature.kind,
            tie=self.tie(),
            insert_id=entry.insert_id,
            log_id=evidence.log_id,
            text=evidence.text,
            trace=evidence.trace,
            loose=signature.loose,
            commit=self.commit,
        )

    def described(self) -> Kept:
        """What may be kept of it as the entry that its cluster is described by."""
        _, entry, signature = self
        one, message = self.kept(), kept(entry.text, SAMPLE_CHARACTERS)
        request = entry.request
        return msgspec.structs.replace(
            one,
            message=None if message == one.text else message,
            title=kept(signature.title, TITLE_CHARACTERS) or first_line(message)[:TITLE_CHARACTERS],
            template=kept(signature.template, TITLE_CHARACTERS),
            status=request.status_code if request else 0,
        )


class Restored(Seen):
    """An entry of which only what was kept is still there."""

    _kept: Kept

    @classmethod
    def of(cls, one: Kept) -> "Restored":
        """The stand-in for the entry that this was kept of."""
        signature = Signature(one.fingerprint, one.kind, one.title, one.template, one.trace, one.loose)
        made = cls(one.nanos, LogEntry(insert_id=one.insert_id, text_payload=one.text), signature)
        made._kept = one
        return made

    def tie(self) -> str:
        """As the entry itself said."""
        return self._kept.tie

    @property
    def commit(self) -> str:
        """As the entry itself said."""
        return self._kept.commit

    def kept(self) -> Kept:
        """As the entry itself said."""
        return msgspec.structs.replace(self._kept, message=None, title="", template="", status=0)

    def described(self) -> Kept:
        """As the entry itself said, where its cluster was described by it."""
        return self._kept

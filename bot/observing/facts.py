"""An entry's level, from a memory of what was read before: as `LogEntry.level` has it, only faster."""

from bot.model.entry import LogEntry
from bot.model.severity import TEXT_READ, Severity, from_name
from bot.model.shape import shape_of

_MOST = 10_000


class Levels:
    """Levels of entries; what a severity's name or a line's shape means is worked out once."""

    def __init__(self) -> None:
        self._said: dict[bytes, Severity] = {}
        self.named: dict[str | int | None, Severity] = {}
        """What severities say by themselves, as entries state them."""

    def of(self, entry: LogEntry) -> Severity:
        """What `entry.level` says."""
        known = self.named.get(entry.severity)
        if known is not None:
            return known
        text = entry.text_payload
        if text is None or entry.severity is not None or entry.json_payload is not None or entry.http_request:
            return self._worked_out(entry)
        shape = shape_of(text[:TEXT_READ])
        known = self._said.get(shape)
        if known is None:
            known = entry.level
            if len(self._said) >= _MOST:
                self._said.clear()
            if not shape.startswith(b"{"):  # JSON may state its level in digits; of other text the shape tells it
                self._said[shape] = known
        return known

    def _worked_out(self, entry: LogEntry) -> Severity:
        stated = from_name(entry.severity) if entry.severity is not None else None
        if stated and len(self.named) < _MOST:
            self.named[entry.severity] = stated
        return stated or entry.level

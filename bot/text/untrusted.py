"""Text that somebody else wrote, as a type that no page takes as it is."""

_FIX = "Untrusted text is no string: pass it through block, code, cell, prose, words, mermaid or terminal.line"


class Untrusted:
    """A string from a log, a repository or a chat. It reaches a page through the escaping functions of this room alone.

    It compares and hashes by its text and has a length in characters; `str()`, formatting, concatenation and
    `__html__` raise TypeError.
    """

    __slots__ = ("_text",)

    def __init__(self, text: "str | Untrusted") -> None:
        self._text: str = text if isinstance(text, str) else text.raw

    @property
    def raw(self) -> str:
        """The text as it came, for code that escapes it."""
        return self._text

    def __len__(self) -> int:
        return len(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Untrusted) and self._text == other._text

    def __hash__(self) -> int:
        return hash((Untrusted, self._text))

    def __repr__(self) -> str:
        return f"<Untrusted: {len(self._text)} characters>"

    def __str__(self) -> str:
        raise TypeError(_FIX)

    def __format__(self, spec: str) -> str:
        raise TypeError(_FIX)

    def __html__(self) -> str:
        raise TypeError(_FIX)


def raw_of(text: "str | Untrusted") -> str:
    """The characters of either kind of text."""
    return text.raw if isinstance(text, Untrusted) else text

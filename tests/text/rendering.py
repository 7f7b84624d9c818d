"""What GitHub would make of Markdown, as cmark-gfm renders it: the parts that are alive."""

import re
from html.parser import HTMLParser

import cmarkgfm  # type: ignore[import-untyped]
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]


class Page(HTMLParser):
    """The tags of a rendered page, its text outside code, and the text of its code."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.prose: list[str] = []
        self.code: list[str] = []
        self._depth = 0
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag, and what it links to."""
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag == "code":
            self._depth += 1
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        """Leave code where it ends."""
        self._depth -= tag == "code"

    def handle_comment(self, data: str) -> None:
        """A comment is raw HTML too."""
        self.tags.append("comment")

    def handle_data(self, data: str) -> None:
        """Sort text into code and the rest."""
        if self._depth:
            self.code[-1] += data
        else:
            self.prose.append(data)

    @property
    def alive(self) -> list[str]:
        """Mentions, references and addresses in the text outside code."""
        return re.findall(r"@\w+|#\d+|GH-\d+|https?:|www\.|\b[0-9a-f]{7,40}\b", " ".join(self.prose))

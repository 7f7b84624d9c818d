"""What stands on an HTML page, taken from its text alone: tables, facts, tiles, lists; tags and entities undone."""

import html
import re

_TAG = re.compile(r"<[^>]+>")
_HIDDEN = re.compile(r"<(details|svg)\b.*?</\1>", re.DOTALL)


def words(markup: str) -> str:
    """The text in one line, without what is folded away or drawn."""
    return " ".join(html.unescape(_TAG.sub(" ", _HIDDEN.sub(" ", markup))).split())


def section(page: str, title: str) -> str:
    """The markup from this heading to the next of its kind; "" where there is none."""
    found = re.search(rf"<h2[^>]*>{re.escape(title)}</h2>(.*?)(?=<h2|</main>)", page, re.DOTALL)
    return found[1] if found else ""


def rows(markup: str) -> list[list[str]]:
    """The cells of every row of the tables in it, headings left out."""
    return [
        [words(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", markup, re.DOTALL)
        if "<td" in row
    ]


def tiles(page: str) -> dict[str, str]:
    """The figures at the top, by name."""
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd></div>", page))


def facts(case: str) -> dict[str, str]:
    """The facts of an incident's card, by name."""
    pairs = re.findall(r"<dt>([^<]+)</dt><dd>(.*?)</dd>", case, re.DOTALL)
    return {name: words(told) for name, told in pairs}


def items(markup: str) -> list[str]:
    """The items of the lists in it."""
    return [words(item) for item in re.findall(r"<li\b[^>]*>(.*?)</li>", markup, re.DOTALL)]

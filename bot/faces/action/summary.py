"""The job summary: a Markdown page of the run, within the bytes that GitHub shows."""

from collections.abc import Callable

from bot.faces.action.ending import Ending, headline
from bot.faces.action.journal import Write
from bot.faces.cli.shapes import action_rows, incident_rows, table, table_of_some
from bot.faces.slack.desk import Answer
from bot.model.issue import ActionKind
from bot.model.run import RunResult
from bot.model.time import iso
from bot.text.markdown import cell, prose

_CUT = "\n\n_Cut here, at GitHub's limit for a summary: {more} more lines. The log of this step has the rest._\n"

Link = Callable[[int], str]


def summary(ending: Ending, link: Link, room: int) -> str:
    """The page in at most `room` bytes of UTF-8, cut after a whole line; `link` writes an issue's number."""
    parts = [f"## {headline(ending)}"]
    parts += [prose(told) for told in (ending.failure, ending.quiet) if told]
    parts += _answer(ending.answer) if ending.answer else []
    parts += _result(ending.result, link) if ending.result else _confirmed(ending, link)
    return within("\n\n".join(parts) + "\n", room)


def folded(worklog: str, artifact: str, room: int) -> str:
    """The worklog below the page, folded, in at most `room` bytes; `artifact` names where the whole is ("": nowhere).

    "" where there is no worklog, or no room for its first lines.
    """
    kept = f"\n\nAll of it, and the page to look at, is in the artifact `{artifact}` below." if artifact else ""
    before, after = (
        "\n<details><summary>Worklog: what was seen, what was done about it, and why</summary>\n\n",
        "\n\n</details>",
    )
    cut = within(worklog.strip(), max(0, room - len((before + after + kept).encode()) - 1)) if worklog else ""
    return f"{before}{cut.rstrip()}{after}{kept}\n" if cut else ""


def within(page: str, room: int) -> str:
    """The page, or its first whole lines and a line that says how many are cut. Empty where not even that fits."""
    if len(page.encode("utf-8", "backslashreplace")) <= room:
        return page
    lines = page.splitlines(keepends=True)
    left = room - len(_CUT.format(more=len(lines)).encode())
    kept = 0
    for text in lines:
        left -= len(text.encode("utf-8", "backslashreplace"))
        if left < 0:
            break
        kept += 1
    return "".join(lines[:kept]).rstrip("\n") + _CUT.format(more=len(lines) - kept) if kept else ""


def _result(result: RunResult, link: Link) -> list[str]:
    window, read = result.window, result.read
    notes = [f"{window.entries:,} entries in {window.clusters} clusters, {iso(window.start)} to {iso(window.end)}"]
    notes += [f"{read.duplicates:,} duplicates dropped"] if read.duplicates else []
    notes += [f"{read.skipped_count:,} records skipped"] if read.skipped_count else []
    told = "A dry run: nothing was written. " if result.dry_run else ""
    parts = [f"{told}{'; '.join(notes)}. {result.requests} requests to {prose(result.tracker)}."]
    parts += [table_of_some(["priority", "issue", "incident", "note"], incident_rows(result, link)) or "No incident."]
    parts += [table_of_some(["action", "issue", "title", "reason"], action_rows(result, link))]
    warnings = [[prose(warned.where, table=True), prose(warned.what, table=True)] for warned in result.warnings]
    parts += [table_of_some(["where", "warning"], warnings)]
    return [part for part in parts if part]


def _answer(answer: Answer) -> list[str]:
    lines = "\n".join(f"- {prose(line.text)}" for line in answer.lines)
    return [part for part in (prose(answer.said), lines) if part]


def _confirmed(ending: Ending, link: Link) -> list[str]:
    rows = [_row(write, link) for write in ending.done if write.kind]
    before = "Confirmed:" if ending.answer else "Confirmed before that:"
    parts = [before, table(["action", "issue", "title"], rows)] if rows else ["No issue was changed."]
    if unclear := ending.unclear:
        what = prose(f"{unclear.kind}: {unclear.title}") if unclear.kind else "saving the bot's state"
        parts.append(f"Not known to be done or not: {what}. The next run finds out, and files nothing twice.")
    return parts


def _row(write: Write, link: Link) -> list[str]:
    return [(write.kind or ActionKind.NONE).value, link(write.number), cell(write.title)]

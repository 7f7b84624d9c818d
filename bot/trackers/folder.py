"""Issues as Markdown files of a folder: the tracker that needs no account and no network.

    issues/
      0001-checkout-api-cannot-start.md    front matter (number, title, state, labels...) and the body
      0001.comments/0001.md                its comments
      state.json                           what the bot remembers of the whole
      dashboard.md                         the same for people, written anew by every run that has something to say

A person may read, edit, rename and add files. What can't be read is reported, left alone, and its number never reused.
"""

import contextlib
import errno
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.errors import Damaged, TrackerUnavailable
from bot.model.issue import Comment, DraftComment, Issue, IssueChange, NewIssue
from bot.model.run import Warned
from bot.trackers import pages
from bot.trackers.disk import Disk
from bot.trackers.frontmatter import Broken
from bot.trackers.pages import CommentPage, IssuePage

STATE = "state.json"
DASHBOARD = "dashboard.md"

STALE = 3600.0
"""Seconds after which a temporary file is a killed process's."""

_NOT_A_PAGE = (FileNotFoundError, IsADirectoryError)


class FolderTracker:
    """A Tracker (see interface.py) over a folder, which the first write creates. `author` signs what is written."""

    def __init__(self, root: Path, author: str = "incidentbot", disk: Disk | None = None) -> None:
        self.root = root
        self.name = str(root)
        self.requests = 0
        self._author = author
        self._disk = disk or Disk()
        self._swept = False

    @property
    def authors(self) -> tuple[str, ...]:
        """The name that signs what is written."""
        return (self._author,)

    def list_issues(self) -> tuple[list[Issue], list[Warned]]:
        """Every issue, lowest number first, and each file that could not be read, with what to do about it."""
        with self._reading():
            return self._list()

    def read_issue(self, number: int) -> Issue | None:
        """An issue by its number; None where no file holds it. Raises Damaged where one does that can't be read."""
        with self._reading():
            found, warned = self._look(number)
        if found is None and warned:
            raise Damaged(f"Issue {number} can't be read: {warned[0].where}: {warned[0].what}.")
        return found[1].issue if found else None

    def newest(self) -> int:
        """The highest number that a file holds."""
        with self._reading():
            return self._next_number() - 1

    def unlisted(self, above: int) -> list[Issue]:
        """None: a folder's list is never behind."""
        return []

    def create(self, new: NewIssue) -> Issue:
        """File an issue under the next free number, which two processes at once never share."""

        def page(number: int) -> tuple[str, bytes]:
            name, data = pages.issue_name(number, new.title), pages.new_issue(number, new, self._author)
            self._page(name, data)
            return name, data

        with self._writing(creates=True):
            return self._page(*self._publish_next(self.root, self._next_number(), page)).issue

    def change(self, number: int, change: IssueChange) -> Issue:
        """Change the named fields and no other line of the file; nothing is written where nothing changes."""
        with self._writing():
            name, page = self._find(number)
            data = pages.changed_issue(page, change)
            if data is not None:
                page = self._page(name, data)
                self._replace(self.root / name, data)
            return page.issue

    def comments(self, number: int) -> tuple[list[Comment], list[Warned]]:
        """The comments of an issue, lowest id first, and each file that could not be read, with what to do about it."""
        warned: list[Warned] = []
        with self._reading():
            self._find(number)
            return [page.comment for page in self._comments(number, warned)], warned

    def comment(self, number: int, comment: DraftComment) -> Comment:
        """Post a comment unless one with its key stands there already, which is then returned."""
        with self._writing():
            self._find(number)
            for there in self._comments(number, []):
                if there.key and there.key == comment.key:
                    return there.comment
            folder = self.root / pages.comments_folder(number)
            self._disk.make(folder)
            held = [pages.number_held(name) or 0 for name in self._disk.names(folder)]
            name, data = self._publish_next(
                folder,
                max(held, default=0) + 1,
                lambda n: (pages.comment_name(n), pages.new_comment(n, self._author, comment.key, comment.body)),
            )
            return pages.read_comment(name, data).comment

    def read_state(self) -> str | None:
        """The state text that was last written; None where there never was one, or a person removed it."""
        with self._reading():
            try:
                return self._read(self.root / STATE).decode("utf-8")
            except FileNotFoundError:
                return None
            except UnicodeDecodeError:
                raise TrackerUnavailable(
                    f"{self.root / STATE} is not UTF-8 text; restore it from a backup, or remove it to start afresh."
                ) from None

    def write_state(self, state: str, page: str = "") -> None:
        """Replace the page for people if there is one, then the state text; neither where it stands there already.

        In this order a run that dies between the two leaves the old state, by which the next run writes both.
        """
        with self._writing(creates=True):
            if page:
                self._put(self.root / DASHBOARD, page.encode("utf-8", "replace"))
            self._put(self.root / STATE, state.encode("utf-8", "replace"))

    def _list(self) -> tuple[list[Issue], list[Warned]]:
        issues: dict[int, tuple[str, Issue]] = {}
        warned: list[Warned] = []
        for name in pages.in_order(self._disk.names(self.root)):
            page = self._try_page(name, warned)
            if page is None:
                continue
            number = page.issue.number
            if number in issues:
                what = f"issue {number} is {issues[number][0]} already; give this file a number of its own"
                warned.append(self._warning(name, what))
                continue
            warned += [self._warning(name, complaint) for complaint in page.complaints]
            issues[number] = name, page.issue
        return [issue for _, (_, issue) in sorted(issues.items())], warned

    def _try_page(self, name: str, warned: list[Warned]) -> IssuePage | None:
        """The issue of a file; None, with a warning where a person should know, when it has none."""
        try:
            return pages.read_issue(name, self._read(self.root / name), str(self.root / name))
        except Broken as broken:
            warned.append(self._warning(name, str(broken)))
        except _NOT_A_PAGE:
            if pages.number_in(name):
                warned.append(self._warning(name, "it is no file that can be read; rename or remove it"))
        return None

    def _page(self, name: str, data: bytes) -> IssuePage:
        """The issue of a file that is about to be written, read back."""
        page = pages.read_issue(name, data, str(self.root / name))
        if page is None:
            raise TrackerUnavailable(f"{self.root / name} does not read back as an issue; report this as a bug.")
        return page

    def _comments(self, number: int, warned: list[Warned]) -> list[CommentPage]:
        """The comments of an issue, lowest id first."""
        folder = pages.comments_folder(number)
        found: dict[int, CommentPage] = {}
        for name in pages.in_order(self._names_in(self.root / folder)):
            try:
                page = pages.read_comment(name, self._read(self.root / folder / name))
            except (Broken, *_NOT_A_PAGE) as error:
                what = str(error) if isinstance(error, Broken) else "it is no file that can be read"
                warned.append(self._warning(f"{folder}/{name}", what))
                continue
            if found.setdefault(page.comment.id, page) is not page:
                what = f"comment {page.comment.id} is there already; give it a number of its own"
                warned.append(self._warning(f"{folder}/{name}", what))
        return [page for _, page in sorted(found.items())]

    def _names_in(self, folder: Path) -> list[str]:
        try:
            return self._disk.names(folder)
        except NotADirectoryError:
            return []

    def _find(self, number: int) -> tuple[str, IssuePage]:
        """The file that list_issues shows as this issue."""
        found, warned = self._look(number)
        if found:
            return found
        why = f": {warned[0].where}: {warned[0].what}" if warned else "; list the issues to see which there are"
        raise TrackerUnavailable(f"There is no issue {number} in {self.root}{why}.")

    def _look(self, number: int) -> tuple[tuple[str, IssuePage] | None, list[Warned]]:
        """The file of an issue, if there is one, and those that bear its number but can't be read."""
        warned: list[Warned] = []
        names = [name for name in self._disk.names(self.root) if pages.number_in(name) in (number, None)]
        for name in pages.in_order(names):
            page = self._try_page(name, warned)
            if page and page.issue.number == number:
                return (name, page), warned
        return None, warned

    def _next_number(self) -> int:
        """One above every number that a file, readable or not, a folder of comments or a write under way holds."""
        highest = 0
        for name in self._disk.names(self.root):
            held = pages.number_held(name)
            if held is None and pages.is_page(name):
                page = self._try_page(name, [])
                held = page.issue.number if page else None
            highest = max(highest, held or 0)
        return highest + 1

    def _publish_next(self, folder: Path, number: int, page: Callable[[int], tuple[str, bytes]]) -> tuple[str, bytes]:
        """Write a page under the first number from `number` on that nobody has. Its claim is the staged file itself."""
        while True:
            name, data = page(number)
            claim = folder / pages.claim_name(number)
            try:
                self._disk.stage(claim, data)
            except FileExistsError:
                number += 1
                continue
            others = [other for other in self._disk.names(folder) if other != claim.name]
            if number in map(pages.number_held, others):
                self._disk.discard(claim)
                number += 1
                continue
            self._publish(claim, folder / name)
            return name, data

    def _put(self, path: Path, data: bytes) -> None:
        """Have a file say this; nothing is written where it does."""
        with contextlib.suppress(FileNotFoundError):
            if self._read(path) == data:
                return
        self._replace(path, data)

    def _replace(self, path: Path, data: bytes) -> None:
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        self._disk.stage(temporary, data)
        self._publish(temporary, path)

    def _publish(self, temporary: Path, path: Path) -> None:
        try:
            self._disk.publish(temporary, path)
        except OSError:
            with contextlib.suppress(OSError):
                self._disk.discard(temporary)
            raise
        self.requests += 1

    def _read(self, path: Path) -> bytes:
        self.requests += 1
        return self._disk.read(path)

    def _warning(self, name: str, what: str) -> Warned:
        return Warned(str(self.root / name), what)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TrackerUnavailable(self._sentence(error, "read")) from error

    @contextlib.contextmanager
    def _writing(self, creates: bool = False) -> Iterator[None]:
        """Have the folder, and have it alone: what is read in here can't be changed by another bot before the write."""
        try:
            if creates:
                self._disk.make(self.root)
            with self._disk.lock(self.root):
                self._sweep()
                yield
        except OSError as error:
            raise TrackerUnavailable(self._sentence(error, "written")) from error
        except Broken as broken:
            raise TrackerUnavailable(f"An issue in {self.root} can't be written: {broken}.") from broken

    def _sweep(self) -> None:
        """Remove, once, what killed writes left behind."""
        if self._swept:
            return
        self._swept = True
        folders = [name for name in self._disk.names(self.root) if name.endswith(".comments")]
        for folder in (self.root, *(self.root / name for name in folders)):
            for path in (folder / name for name in self._names_in(folder) if pages.is_temporary(name)):
                with contextlib.suppress(OSError):
                    if self._disk.age(path) > STALE:
                        self._disk.discard(path)

    def _sentence(self, error: OSError, verb: str) -> str:
        folder = f"The issue folder {self.root}"
        if isinstance(error, FileExistsError | NotADirectoryError):
            return f"{error.filename or self.root} is a file where a folder is needed; move it, or name another folder."
        if isinstance(error, FileNotFoundError):
            return f"{folder} is not there, so nothing can be changed in it; name the one that holds the issues."
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return f"{folder} can't be written: its disk is full; free some space and run again."
        if isinstance(error, TimeoutError):
            return f"{folder} can't be written: {error}; end that process, or try again later."
        what = (error.strerror or str(error)).lower()
        where = f" ({error.filename})" if error.filename else ""
        hint = "give this user access to it" if verb == "read" else "make it writable, or name another folder"
        return f"{folder} can't be {verb}: {what}{where}; {hint}."

"""The Python files of the workspace, found in the background, and which names each has from others."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence

from weft.lint.files import is_skipped
from weft.model.files import read_file

from weft_lsp.ide.target import taken_names

# A folder with more files than this, such as a home directory, is searched no further.
MOST_FILES = 20_000
# Names are looked for in a longer text when they are asked for: it would take the event loop too long.
_LONGEST_TEXT = 100_000

Stamp = tuple[int, int]


class WorkspaceFiles:
    """The paths below the roots. Found when first asked for; kept up by what the client reports.

    What a file takes from others is known from the last time that it was read, if it is as it was. is_told: the client reports
    every change, so that nobody has to look.
    """

    def __init__(self, roots: Sequence[str], *, is_told: bool = False) -> None:
        self._is_told = is_told
        self.roots = [os.path.abspath(root) for root in roots]
        self._paths: set[str] | None = None
        # Names with a space before and behind each: a set of them takes ten times the memory. None: of a long text.
        self._taken: dict[str, tuple[Stamp, str | None]] = {}

    async def paths(self) -> list[str]:
        if self._paths is None:
            found: set[str] = set()
            async for path in self._walk():
                found.add(path)
            self._paths = found
        return sorted(self._paths)

    def changed(self, path: str) -> None:
        """A file was made, changed or removed on disk."""
        path = os.path.abspath(path)
        self._taken.pop(path, None)
        if self._paths is not None and self.holds(path):
            (self._paths.add if os.path.isfile(path) else self._paths.discard)(path)

    def read(self, path: str) -> str | None:
        """The text of a file; None if it cannot be read."""
        stamp, text = _stamp(path), read_file(path)
        if stamp is None or text is None:
            self._taken.pop(path, None)
        else:
            names = None if len(text) > _LONGEST_TEXT else f" {' '.join(taken_names(text))} "
            self._taken[path] = stamp, names
        return text

    def may_use(self, path: str, name: str) -> bool:
        """Whether a file may use a name that another one declares."""
        known = self._taken.get(path)
        if known is None or not (self._is_told or known[0] == _stamp(path)):
            self.read(path)
            known = self._taken.get(path)
        return known is not None and (known[1] is None or f" {name} " in known[1])

    def holds(self, path: str) -> bool:
        """Whether a path is in the workspace, and not among what is installed or generated there."""
        for root in self.roots:
            if path.startswith(os.path.join(root, "")) and path.endswith(".py"):
                folder, names = root, os.path.relpath(path, root).split(os.sep)[:-1]
                for name in names:
                    if is_skipped(folder, name):
                        return False
                    folder = os.path.join(folder, name)
                return True
        return False

    async def _walk(self) -> AsyncIterator[str]:
        count = 0
        for root in self.roots:
            for directory, names, files in os.walk(root):
                await asyncio.sleep(0)
                names[:] = sorted(name for name in names if not is_skipped(directory, name))
                for name in files:
                    if name.endswith(".py") and not name.startswith("."):
                        count += 1
                        yield os.path.join(directory, name)
                if count > MOST_FILES:
                    return


def _stamp(path: str) -> Stamp | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size

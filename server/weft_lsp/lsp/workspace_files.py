"""The Python files of the workspace, found in the background, and their Models where a request needs them."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence

from weft.lint.files import is_skipped

# A folder with more files than this, such as a home directory, is searched no further.
MOST_FILES = 20_000


class WorkspaceFiles:
    """The paths below the roots. Found when first asked for; kept up by what the client reports."""

    def __init__(self, roots: Sequence[str]) -> None:
        self.roots = [os.path.abspath(root) for root in roots]
        self._paths: set[str] | None = None

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
        if self._paths is not None and self.holds(path):
            (self._paths.add if os.path.isfile(path) else self._paths.discard)(path)

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

"""A project: its files as Models, kept as long as their text and what they refer to stay the same."""

import os
from collections.abc import Sequence

from weft.model.block import Analyses, BlockModel, analyse_block
from weft.model.blocks import Blocks
from weft.model.dialect import Dialect
from weft.model.evaluate import evaluate
from weft.model.files import absolute, module_name, read_file
from weft.model.library import Library
from weft.model.model import Model
from weft.model.syntax import Parsed
from weft.model.text import ModuleText

# The files whose last version is kept, and the blocks that were analysed lately: what was typed and is gone may come back.
_MOST_FILES = 64
_MOST_LATELY = 64


class Project:
    """Reads files into Models.

    roots: the folders that imports are looked up in, besides the file's own. has_host_facts: whether the Models tell of host code what
    its names and calls stand for; launches and findings they always have.
    """

    def __init__(self, dialect: Dialect, roots: Sequence[str] = (), *, has_host_facts: bool = True) -> None:
        self._open: dict[str, str] = {}
        self._disk: dict[str, tuple[tuple[int, int], str | None]] = {}
        self._files: dict[str, Blocks] = {}
        self._lately: dict[tuple[str, str], BlockModel] = {}
        self.library = Library(
            dialect,
            evaluate,
            tuple(map(os.path.abspath, roots)),
            self._text,
            self._is_there,
            has_host_facts=has_host_facts,
        )
        self._analyses = Analyses(self.library)

    def open(self, path: str, text: str) -> None:
        """Let `text` stand for the file, whatever is on disk."""
        path = absolute(path)
        if path not in self._open and not os.path.isfile(path):
            # Imports that led nowhere lead to it now.
            self.library.forget(path)
        if self._open.get(path) != text:
            self._open[path] = text
            self.library.changed()

    def close(self, path: str) -> None:
        path = absolute(path)
        if self._open.pop(path, None) is not None:
            self.library.changed()
            if not os.path.isfile(path):
                self.library.forget(path)

    def _is_there(self, path: str) -> bool:
        return path in self._open or os.path.isfile(path)

    def forget(self, path: str) -> None:
        """The file was made, changed or removed on disk."""
        path = absolute(path)
        self._disk.pop(path, None)
        self._files.pop(path, None)
        self.library.forget(path)

    def release(self, path: str) -> None:
        """What was read of the file is not needed any more; it is freed at once if nobody else holds it."""
        blocks = self._files.pop(absolute(path), None)
        if blocks is not None:
            blocks.module.release()

    def read(self, path: str, text: str, parts: Sequence[int] = ()) -> Model:
        """The Model of a text. Never raises on any text.

        parts: where a block must start whatever is open above it: the cells of a notebook.
        """
        path = absolute(path)
        before = self._files.pop(path, None)
        name = before.module.name if before else module_name(path)
        module = ModuleText(path, name, text, self.library, before.module if before else None, parts)
        blocks = self._files[path] = Blocks(module, self._block, before)
        while len(self._files) > _MOST_FILES:
            del self._files[next(iter(self._files))]
        return Model(path, text, module, blocks, self.library)

    def _block(self, module: ModuleText, parsed: Parsed, start: int, known: BlockModel | None) -> BlockModel:
        key = (module.path, parsed.text)
        for each in (known, self._lately.get(key)):
            if each is not None and self.library.holds(each.lookups, module):
                return each
        made = analyse_block(self._analyses, module, parsed, start)
        self.library.looked_up(made.lookups, module)
        self._lately.pop(key, None)
        self._lately[key] = made
        if len(self._lately) > _MOST_LATELY:
            del self._lately[next(iter(self._lately))]
        return made

    def _text(self, path: str) -> str | None:
        if path in self._open:
            return self._open[path]
        try:
            status = os.stat(path)
        except OSError:
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._disk.get(path)
        if known is None or known[0] != stamp:
            if known is not None:
                self.library.changed()
            known = self._disk[path] = (stamp, read_file(path))
        return known[1]

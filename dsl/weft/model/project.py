"""A project: its files as Models, kept as long as their text and what they refer to stay the same."""

import os
from collections.abc import Sequence

from weft.model.block import Analyses, BlockModel, analyse_block
from weft.model.dialect import Dialect
from weft.model.evaluate import evaluate
from weft.model.library import Library, absolute, module_name, read_file
from weft.model.model import Model
from weft.model.syntax import Parsed
from weft.model.text import ModuleText

_MOST_BLOCKS = 8192
_MOST_VARIANTS = 2


class Project:
    """Reads files into Models. `roots`: the folders that imports are looked up in, besides the file's own."""

    def __init__(self, dialect: Dialect, roots: Sequence[str] = ()) -> None:
        self._open: dict[str, str] = {}
        # Every file whose text was asked for: what a Model depends on, besides its own text.
        self.asked: set[str] = set()
        self._disk: dict[str, tuple[tuple[int, int], str | None]] = {}
        self._modules: dict[str, ModuleText] = {}
        self._blocks: dict[tuple[str, str], list[BlockModel]] = {}
        self.library = Library(dialect, evaluate, tuple(map(os.path.abspath, roots)), self._text)
        self._analyses = Analyses(self.library)

    def open(self, path: str, text: str) -> None:
        """Let `text` stand for the file, whatever is on disk."""
        self._open[absolute(path)] = text

    def close(self, path: str) -> None:
        self._open.pop(absolute(path), None)

    def forget(self, path: str) -> None:
        """The file was made, changed or removed on disk."""
        path = absolute(path)
        self._disk.pop(path, None)
        self._modules.pop(path, None)
        self.library.forget(path)

    def read(self, path: str, text: str, parts: Sequence[int] = ()) -> Model:
        """The Model of a text. Never raises on any text.

        parts: where a block must start whatever is open above it: the cells of a notebook.
        """
        path = absolute(path)
        module = self._modules[path] = ModuleText(
            path, self._name(path), text, self.library, self._modules.get(path), parts
        )
        blocks = tuple(
            (span.start, self._block(module, parsed, span.start)) for span, parsed in module.blocks
        )
        return Model(path, text, module, blocks, self.library)

    def _name(self, path: str) -> str:
        known = self._modules.get(path)
        return known.name if known else module_name(path)

    def _block(self, module: ModuleText, parsed: Parsed, start: int) -> BlockModel:
        key = (module.path, parsed.text)
        known = self._blocks.pop(key, [])
        found = next((block for block in known if self.library.holds(block.lookups, module)), None)
        if found is None:
            found = analyse_block(self._analyses, module, parsed, start)
        self._blocks[key] = [found, *(block for block in known if block is not found)][:_MOST_VARIANTS]
        while len(self._blocks) > _MOST_BLOCKS:
            del self._blocks[next(iter(self._blocks))]
        return found

    def _text(self, path: str) -> str | None:
        self.asked.add(path)
        if path in self._open:
            return self._open[path]
        try:
            status = os.stat(path)
        except OSError:
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._disk.get(path)
        if known is None or known[0] != stamp:
            known = self._disk[path] = (stamp, read_file(path))
        return known[1]

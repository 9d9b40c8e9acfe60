"""Open notebooks: their code cells are documents of the client, and together one module."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from lsprotocol import types
from weft.model import notebook
from weft.model.diagnostic import Span
from weft.model.model import Model
from weft.records import field, record

from weft_lsp.lsp.documents import LANGUAGE, Document, Documents, edited, path_of
from weft_lsp.lsp.positions import Lines

SYNC = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithCells([types.NotebookCellLanguage(LANGUAGE)])]
)


@record
class CellText:
    """The text of one cell, of whatever language."""

    uri: str
    version: int
    language: str
    lines: Lines

    @staticmethod
    def of(item: types.TextDocumentItem) -> "CellText":
        return CellText(item.uri, item.version, item.language_id, Lines.of(item.text))


@record(slots=False)
class Notebook:
    """One version of a notebook. order: its cells as they stand there; markup has no text here."""

    uri: str
    order: tuple[types.NotebookCell, ...]
    texts: Mapping[str, CellText] = field(repr=False)

    @staticmethod
    def of(params: types.DidOpenNotebookDocumentParams) -> "Notebook":
        texts = {item.uri: CellText.of(item) for item in params.cell_text_documents}
        return Notebook(params.notebook_document.uri, tuple(params.notebook_document.cells), texts)

    def code(self) -> Iterator[CellText]:
        """The cells that are of the module, in their order."""
        code = types.NotebookCellKind.Code
        texts = (self.texts.get(cell.document) for cell in self.order if cell.kind == code)
        return (text for text in texts if text is not None and text.language == LANGUAGE)

    def changed(self, event: types.NotebookDocumentChangeEvent, documents: Documents) -> "Notebook":
        """Cells are put in and taken out first: the edits speak of those that are there then."""
        changes = event.cells
        if changes is None:
            return self
        order, texts = list(self.order), dict(self.texts)
        if changes.structure:
            array = changes.structure.array
            order[array.start : array.start + array.delete_count] = array.cells or ()
            for closed in changes.structure.did_close or ():
                texts.pop(closed.uri, None)
            texts |= {item.uri: CellText.of(item) for item in changes.structure.did_open or ()}
        now = {cell.document: cell for cell in changes.data or ()}
        order = [now.get(cell.document, cell) for cell in order]
        for content in changes.text_content or ():
            if before := texts.get(content.document.uri):
                lines = edited(before.lines, content.changes, documents.encoding)
                texts[before.uri] = CellText(before.uri, content.document.version, before.language, lines)
        return Notebook(self.uri, tuple(order), texts)


class Module:
    """The module that the cells of a notebook make: one text, one Model."""

    def __init__(self, version: Notebook, documents: Documents) -> None:
        cells = tuple(version.code())
        self.text, self._starts = notebook.joined(cell.lines.text for cell in cells)
        self.path = path_of(version.uri)
        self.cells = [
            Cell(cell, self, start, documents) for cell, start in zip(cells, self._starts, strict=True)
        ]
        self._read = documents.read
        self._model: Model | None = None

    @property
    def model(self) -> Model:
        if self._model is None:
            self._model = self._read(self.path, self.text, self._starts)
        return self._model

    def forget_model(self) -> None:
        self._model = None

    def cell_at(self, offset: int) -> "Cell":
        return self.cells[max(0, bisect_right(self._starts, offset) - 1)]


class Cell(Document):
    """One version of a cell. Its offsets are those of the module; its lines and columns are its own."""

    __slots__ = ("module", "start")

    def __init__(self, cell: CellText, module: Module, start: int, documents: Documents) -> None:
        super().__init__(cell.uri, cell.version, cell.lines, documents)
        self.path = module.path
        self.module = module
        self.start = start

    @property
    def model(self) -> Model:
        return self.module.model

    @property
    def span(self) -> Span:
        return Span(self.start, self.start + len(self.text))

    @property
    def code(self) -> Span:
        return Span(self.start + notebook.code_start(self.text), self.span.end)

    @property
    def is_part(self) -> bool:
        return True

    def forget_model(self) -> None:
        self.module.forget_model()

    def offset(self, position: types.Position) -> int:
        return self.start + super().offset(position)

    def place(self, offset: int) -> tuple[int, int]:
        return super().place(offset - self.start)

    def range(self, span: Span) -> types.Range:
        return super().range(span.shifted(-self.start))

    def together(self) -> Sequence[Document]:
        return self.module.cells

    def part_at(self, offset: int) -> Document:
        return self.module.cell_at(offset)


class Notebooks:
    """The open notebooks by URI. Their cells are among the open documents."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._open: dict[str, Notebook] = {}

    def open(self, params: types.DidOpenNotebookDocumentParams) -> None:
        self._put(None, Notebook.of(params))

    def change(self, params: types.DidChangeNotebookDocumentParams) -> Sequence[str]:
        """The cells that are no longer there, or no longer Python."""
        before = self._open.get(params.notebook_document.uri)
        return self._put(before, before.changed(params.change, self._documents)) if before else ()

    def close(self, uri: str) -> Sequence[str]:
        """The cells that it had."""
        before = self._open.pop(uri, None)
        gone = [cell.uri for cell in before.code()] if before else []
        self._documents.replace(gone, ())
        return gone

    def all(self) -> Sequence[Notebook]:
        return list(self._open.values())

    def _put(self, before: Notebook | None, now: Notebook) -> Sequence[str]:
        self._open[now.uri] = now
        module = Module(now, self._documents)
        there = {cell.uri for cell in module.cells}
        known = [cell.uri for cell in before.code()] if before else []
        self._documents.replace(known, module.cells)
        return [uri for uri in known if uri not in there]

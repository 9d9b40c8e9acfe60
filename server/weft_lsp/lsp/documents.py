"""The documents that the client has open: each a value of one version, replaced as a whole by an edit."""

from collections.abc import Callable, Iterable, Sequence

from lsprotocol import types
from pygls import uris
from weft.model.diagnostic import Span
from weft.model.files import is_file
from weft.model.model import Model

from weft_lsp.lsp import plain, positions
from weft_lsp.lsp.positions import Encoding, Lines

LANGUAGE = "python"


# The Model of a text: its path, the text, and where its parts start, if it has parts.
Read = Callable[[str, str, Sequence[int]], Model]


class Document:
    """One version of an open document, or of a cell. Its Model, which it may share, is made when first asked for.

    Offsets and spans are those of the Model.
    """

    __slots__ = ("_model", "_read", "encoding", "lines", "path", "uri", "version")

    def __init__(self, uri: str, version: int, lines: Lines, documents: "Documents") -> None:
        self.uri = uri
        self.version = version
        self.lines = lines
        self.encoding: Encoding = documents.encoding
        self.path = path_of(uri)
        self._read = documents.read
        self._model: Model | None = None

    @property
    def text(self) -> str:
        return self.lines.text

    @property
    def model(self) -> Model:
        if self._model is None:
            self._model = self._read(self.path, self.text, ())
        return self._model

    @property
    def span(self) -> Span:
        """The part of the Model's text that is this document."""
        return Span(0, len(self.text))

    @property
    def code(self) -> Span:
        """The part of it that is Python."""
        return self.span

    @property
    def is_part(self) -> bool:
        """Whether the Model is of more than this document."""
        return False

    def holds(self, span: Span) -> bool:
        """Whether a place of the Model starts in this document."""
        return self.span.contains(span.start)

    def forget_model(self) -> None:
        """Something that the document may import has changed."""
        self._model = None

    def digest(self) -> str:
        from hashlib import sha256  # loads OpenSSL

        return sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def offset(self, position: types.Position) -> int:
        return positions.offset(self.lines, position, self.encoding)

    def place(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset, in the units of the protocol."""
        return positions.place(self.lines, offset, self.encoding)

    def range(self, span: Span) -> types.Range:
        return positions.range_of(self.lines, span, self.encoding)

    def plain_range(self, span: Span) -> plain.Range:
        (line, column), (last_line, last_column) = self.place(span.start), self.place(span.end)
        return {
            "start": {"line": line, "character": column},
            "end": {"line": last_line, "character": last_column},
        }

    def part_at(self, offset: int) -> "Document":
        """The document that holds an offset of the Model: another cell, perhaps."""
        return self

    def together(self) -> "Sequence[Document]":
        """The cells of the notebook that this one is of; none for a document that stands alone."""
        return ()

    def location(self, span: Span) -> types.Location:
        """Any place of the Model."""
        part = self.part_at(span.start)
        return types.Location(part.uri, part.range(span))

    def plain_location(self, span: Span) -> plain.Location:
        part = self.part_at(span.start)
        return {"uri": part.uri, "range": part.plain_range(span)}


class Documents:
    """The open documents by URI. Files of other languages are not kept: all answers about them are null."""

    def __init__(self, read: Read) -> None:
        self.read = read
        self.encoding: Encoding = "utf-16"
        self._open: dict[str, Document] = {}
        # Counts what is opened, edited and closed.
        self.edition = 0

    def get(self, uri: str) -> Document | None:
        return self._open.get(uri)

    def of_path(self, path: str) -> Document | None:
        """A file that the client has open, by whatever URI: there are several ways to write one."""
        return next((document for document in self._open.values() if document.path == path), None)

    def all(self) -> list[Document]:
        return list(self._open.values())

    def models(self) -> list[Model]:
        """The Models of what is open; of a notebook one."""
        return list({document.path: document.model for document in self._open.values()}.values())

    def open(self, item: types.TextDocumentItem) -> Document | None:
        if item.language_id != LANGUAGE:
            return None
        return self._put(Document(item.uri, item.version, Lines.of(item.text), self))

    def change(
        self,
        identifier: types.VersionedTextDocumentIdentifier,
        changes: Sequence[types.TextDocumentContentChangeEvent],
    ) -> Document | None:
        before = self._open.get(identifier.uri)
        if before is None:
            return None
        lines = edited(before.lines, changes, self.encoding)
        return self._put(Document(identifier.uri, identifier.version, lines, self))

    def close(self, uri: str) -> Document | None:
        closed = self._open.pop(uri, None)
        if closed:
            self.edition += 1
            self.forget_models()
        return closed

    def replace(self, before: Iterable[str], now: Iterable[Document]) -> None:
        """Put the cells of a notebook in the place of those that it had."""
        for uri in before:
            self._open.pop(uri, None)
        self._open |= {document.uri: document for document in now}
        self.edition += 1
        self.forget_models()

    def forget_models(self) -> None:
        for document in self._open.values():
            document.forget_model()

    def _put(self, document: Document) -> Document:
        self.forget_models()
        self.edition += 1
        self._open[document.uri] = document
        return document


def path_of(uri: str) -> str:
    """The path of a file; a document that is not a file goes by its URI."""
    try:
        return uris.to_fs_path(uri) or uri
    except ValueError:
        return uri


def uri_of(path: str) -> str:
    """The URI of a path, or of a document that `path_of` named by its URI."""
    return (uris.from_fs_path(path) if is_file(path) else None) or path


def edited(
    lines: Lines, changes: Sequence[types.TextDocumentContentChangeEvent], encoding: Encoding
) -> Lines:
    """The lines after edits in their order: each speaks of the text that the one before it left."""
    for change in changes:
        lines = _changed(lines, change, encoding)
    return lines


def _changed(lines: Lines, change: types.TextDocumentContentChangeEvent, encoding: Encoding) -> Lines:
    if isinstance(change, types.TextDocumentContentChangePartial):
        return lines.replaced(positions.span_of(lines, change.range, encoding), change.text)
    return Lines.of(change.text)

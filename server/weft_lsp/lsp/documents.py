"""The documents that the client has open: each a value of one version, replaced as a whole by an edit."""

from collections.abc import Callable, Sequence
from hashlib import sha256

from lsprotocol import types
from pygls import uris
from weft.model.diagnostic import Span
from weft.model.model import Model

from weft_lsp.lsp import positions
from weft_lsp.lsp.positions import Encoding, Lines

LANGUAGE = "python"


class Document:
    """One version of an open document. Its Model is made when first asked for."""

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
            self._model = self._read(self.path, self.text)
        return self._model

    def forget_model(self) -> None:
        """Something that the document may import has changed."""
        self._model = None

    def digest(self) -> str:
        return sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def offset(self, position: types.Position) -> int:
        return positions.offset(self.lines, position, self.encoding)

    def place(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset, in the units of the protocol."""
        return positions.place(self.lines, offset, self.encoding)

    def range(self, span: Span) -> types.Range:
        return positions.range_of(self.lines, span, self.encoding)


class Documents:
    """The open documents by URI. Files of other languages are not kept: all answers about them are null."""

    def __init__(self, read: Callable[[str, str], Model]) -> None:
        self.read = read
        self.encoding: Encoding = "utf-16"
        self._open: dict[str, Document] = {}
        # Counts what is opened, edited and closed.
        self.edition = 0

    def get(self, uri: str) -> Document | None:
        return self._open.get(uri)

    def uri_of_path(self, path: str) -> str | None:
        """The URI by which the client has a file open: there are several ways to write one."""
        return next((uri for uri, document in self._open.items() if document.path == path), None)

    def all(self) -> list[Document]:
        return list(self._open.values())

    def open(self, item: types.TextDocumentItem) -> Document | None:
        if item.language_id != LANGUAGE:
            return None
        return self._put(Document(item.uri, item.version, Lines.of(item.text), self))

    def change(
        self,
        identifier: types.VersionedTextDocumentIdentifier,
        changes: Sequence[types.TextDocumentContentChangeEvent],
    ) -> Document | None:
        """Apply edits in their order: each speaks of the text that the one before it left."""
        before = self._open.get(identifier.uri)
        if before is None:
            return None
        lines = before.lines
        for change in changes:
            lines = _changed(lines, change, self.encoding)
        return self._put(Document(identifier.uri, identifier.version, lines, self))

    def close(self, uri: str) -> Document | None:
        closed = self._open.pop(uri, None)
        if closed:
            self.edition += 1
            self.forget_models()
        return closed

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
    return path if "://" in path or path.startswith("untitled:") else uris.from_fs_path(path) or path


def _changed(lines: Lines, change: types.TextDocumentContentChangeEvent, encoding: Encoding) -> Lines:
    if isinstance(change, types.TextDocumentContentChangePartial):
        return lines.replaced(positions.span_of(lines, change.range, encoding), change.text)
    return Lines.of(change.text)

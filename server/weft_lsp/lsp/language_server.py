"""The server: what it knows of the client, the open documents, the project."""

import asyncio
import logging
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Literal, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidRequest, JsonRpcServerNotInitialized
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.protocol.json_rpc import RPCMessage, RPCRequest
from weft import __version__
from weft.model.model import Model
from weft.model.project import Project
from weft.ops.dialect import DIALECT
from weft.records import field, record

from weft_lsp.ide.code_lens import LensSettings
from weft_lsp.ide.completion import Completion
from weft_lsp.ide.inlay_hint import HintSettings
from weft_lsp.lsp.configuration import Configurations
from weft_lsp.lsp.converter import as_json, converter, members
from weft_lsp.lsp.documents import Document, Documents
from weft_lsp.lsp.notebooks import SYNC, Notebooks
from weft_lsp.lsp.plain_python import PlainPython
from weft_lsp.lsp.workspace_files import WorkspaceFiles

if TYPE_CHECKING:
    from weft_lsp.lsp.background import Background

NAME = "weft-lsp"
# Beside another Python server: only what that one does not know. Alone: all of Python.
Mode = Literal["complement", "full"]
logger = logging.getLogger(__name__)


@record
class Settings:
    """What the user chooses."""

    hints: HintSettings = field(default_factory=HintSettings)
    lenses: LensSettings = field(default_factory=LensSettings)
    snippets: bool = True
    # Whether the client shows pictures in a hover: the protocol has no capability for it.
    hover_images: bool = False
    # Whether files that are not open are checked too.
    workspace_findings: bool = True
    # The address of the manual, which hovers and findings lead to; without it findings lead to installed files.
    manual: str = ""
    # None where the client does not say whether there is another server: then jedi is asked for nothing.
    python: Mode | None = None


@record
class CompletionAnswer:
    """The last completion, whose items may be looked at more closely."""

    number: int
    document: Document
    found: Sequence[Completion]


class UnknownDocumentError(LookupError):
    """The client asks about a document that it never opened, or that is not Python."""


class Protocol(LanguageServerProtocol):
    """pygls's protocol, with a document noted for each request, and with an end that is not an exception."""

    _server: "Server"  # pyright: ignore[reportIncompatibleVariableOverride]

    def handle_message(self, message: RPCMessage) -> None:
        self._server.note_arrival(getattr(message, "params", None))
        refusal = self._refusal(message)
        if refusal is None:
            self._dispatch(message)
        elif isinstance(message, RPCRequest):
            self._send_response(message.id, error=refusal.to_response_error())

    def _dispatch(self, message: RPCMessage) -> None:
        """As pygls does, which asks what a message is by `isinstance` of protocols: a third of a request's way in."""
        context = copy_context()
        method, message_id = getattr(message, "method", None), cast("int | str", getattr(message, "id", None))
        if method is not None and hasattr(message, "id"):
            context.run(self._handle_request, message_id, method, getattr(message, "params", None))
        elif method is not None:
            context.run(self._handle_notification, method, getattr(message, "params", None))
        else:
            result, error = getattr(message, "result", None), getattr(message, "error", None)
            context.run(self._handle_response, message_id, result, error)

    def _refusal(self, message: RPCMessage) -> JsonRpcException | None:
        """Why a message comes at the wrong time of the session."""
        method = getattr(message, "method", types.EXIT)
        if method == types.EXIT:
            return None
        if self._workspace is None:
            return None if method == types.INITIALIZE else JsonRpcServerNotInitialized()
        if self._shutdown:
            return JsonRpcInvalidRequest("Invalid Request: the server is shutting down")
        if method == types.INITIALIZE:
            return JsonRpcInvalidRequest("Invalid Request: the server is already initialized")
        return None

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[object, object, types.InitializeResult]:
        """Advertise only what works: pygls offers commands and file operations to whoever has none."""
        result = yield from super().lsp_initialize(params)
        result.capabilities.execute_command_provider = None
        if result.capabilities.workspace:
            result.capabilities.workspace.file_operations = None
        return result

    def _serialize_message(self, data: object) -> object:  # pyright: ignore[reportIncompatibleMethodOverride]
        """pygls unstructures the whole of a message, which `json` then reads again."""
        return members(data)

    @lsp_method(types.EXIT)
    def lsp_exit(self, *args: object) -> Generator[None, None, None]:
        self._server.end()
        yield from ()

    def diagnostics(self, plain: Iterable[object]) -> list[types.Diagnostic]:
        """What JSON has, as the types of the protocol."""
        return [self._converter.structure(each, types.Diagnostic) for each in plain]

    def range(self, plain: object) -> types.Range:
        return self._converter.structure(plain, types.Range)

    def plain(self, params: object) -> object:
        """The parameters of a message, or a part of an answer, as JSON has them."""
        return as_json(_members(params))

    def capabilities(self, given: Mapping[str, object]) -> types.ClientCapabilities:
        """What a client can do, from what it says."""
        return self._converter.structure(given, types.ClientCapabilities)

    @property
    def is_shut_down(self) -> bool:
        return self._shutdown


def _members(params: object) -> object:
    """The parameters of a request that lsprotocol knows nothing of: pygls makes named tuples of them."""
    if not isinstance(params, tuple) or not hasattr(params, "_fields"):
        return params
    names = cast("tuple[str, ...]", getattr(params, "_fields", ()))
    return {name: _members(getattr(params, name)) for name in names}


class Server(LanguageServer):
    """The one object that handlers are given."""

    background: "Background"
    protocol: Protocol  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self) -> None:
        super().__init__(
            NAME,
            __version__,
            protocol_cls=Protocol,
            converter_factory=converter,
            notebook_document_sync=SYNC,
        )
        # The documents are ours: pygls would keep a second copy of each, and open unknown ones from disk.
        for method in _BUILTIN_SYNC:
            self.protocol.fm.builtin_features.pop(method)
        self.roots: list[str] = []
        self.project = Project(DIALECT)
        self.files = WorkspaceFiles(())
        self.documents = Documents(self._read)
        self.notebooks = Notebooks(self.documents)
        self.pulls_diagnostics = False
        # Whether the client reports what changes on disk, once it is asked to.
        self.watches_files = False
        self.settings = Settings()
        self.configurations = Configurations()
        self.publication: asyncio.TimerHandle | None = None
        self.publishing: asyncio.Task[None] | None = None
        # Reads what the first completion needs, and the project that it is or was read for.
        self.warming: asyncio.Task[None] | None = None
        self.warmed: Project | None = None
        # What was last sent about a document, and of which version.
        self.published: dict[str, tuple[int, list[types.Diagnostic]]] = {}
        self.plain_python = PlainPython()
        self.completions: CompletionAnswer | None = None
        # The last answer of semantic tokens of each document, for the difference to the next one.
        self.semantic_tokens: dict[str, types.SemanticTokens] = {}
        self.answers = 0
        self.turn = asyncio.Lock()
        self.arrived: ContextVar[Document | None] = ContextVar("arrived", default=None)
        self._ended = asyncio.Event()

    def document(self, uri: str) -> Document:
        document = self.documents.get(uri)
        if document is None:
            raise UnknownDocumentError(uri)
        return document

    @property
    def is_beside(self) -> bool:
        """Whether another Python server answers the same client."""
        return self.settings.python == "complement"

    @property
    def is_alone(self) -> bool:
        """Whether nobody else answers for Python."""
        return self.settings.python == "full"

    def open_models(self) -> list[Model]:
        return self.documents.models()

    def set_roots(self, roots: Sequence[str]) -> None:
        """Look for imported modules in these folders; what is open stays open."""
        self.roots = list(roots)
        self.project = Project(DIALECT, roots)
        self.files = WorkspaceFiles(roots, is_told=self.watches_files)
        for document in self.documents.all():
            self.project.open(document.path, document.text)
        self.documents.forget_models()

    def note_arrival(self, params: object) -> None:
        """Remember the version of the document that the message in hand speaks of."""
        uri = getattr(getattr(params, "text_document", None), "uri", None)
        self.arrived.set(self.documents.get(uri) if isinstance(uri, str) else None)

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """pygls shows a message box; a fault belongs in the log."""
        logger.debug("%s: %s", source.__name__, error)

    def end(self) -> None:
        self._ended.set()

    async def wait_until_ended(self) -> int:
        """The exit status: 0 after a proper shutdown, else 1."""
        await self._ended.wait()
        return 0 if self.protocol.is_shut_down else 1

    def _read(self, path: str, text: str, parts: Sequence[int]) -> Model:
        return self.project.read(path, text, parts)


_BUILTIN_SYNC = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
)

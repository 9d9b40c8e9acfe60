"""textDocument/definition, declaration, typeDefinition and implementation."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from lsprotocol import types
from weft.model.facts import Location

from weft_lsp.ide.complement import own_definition
from weft_lsp.ide.declaration import declaration
from weft_lsp.ide.definition import definition
from weft_lsp.ide.implementation import implementations
from weft_lsp.ide.type_definition import type_definition
from weft_lsp.lsp import plain
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.locations import all_to_lsp, to_lsp
from weft_lsp.lsp.plain_python import Features

if TYPE_CHECKING:
    from weft_lsp.ide.plain_python import Question

Answer = types.Location | None | Coroutine[None, None, types.Location | None]
Choose = Callable[[Features], Callable[["Question"], Location | None]]


def on_definition(ls: Server, params: types.DefinitionParams) -> Answer:
    document, offset = _asked(ls, params)
    found = (own_definition if ls.is_beside else definition)(document.model, offset)
    return _answer(ls, document, found, lambda plain: plain.definition, offset)


def on_declaration(ls: Server, params: types.DeclarationParams) -> Answer:
    document, offset = _asked(ls, params)
    found = None if ls.is_beside else declaration(document.model, offset)
    return _answer(ls, document, found, lambda plain: plain.declaration, offset)


def on_type_definition(ls: Server, params: types.TypeDefinitionParams) -> Answer:
    document, offset = _asked(ls, params)
    found = None if ls.is_beside else type_definition(document.model, offset)
    return _answer(ls, document, found, lambda plain: plain.type_definition, offset)


def on_implementation(ls: Server, params: types.ImplementationParams) -> list[plain.Location] | None:
    document = ls.document(params.text_document.uri)
    found = None if ls.is_beside else implementations(document.model, document.offset(params.position))
    return None if found is None else all_to_lsp(ls, document, found)


def _asked(
    ls: Server, params: types.DefinitionParams | types.DeclarationParams | types.TypeDefinitionParams
) -> tuple[Document, int]:
    document = ls.document(params.text_document.uri)
    return document, document.offset(params.position)


def _answer(ls: Server, document: Document, found: Location | None, choose: Choose, offset: int) -> Answer:
    if found is None and ls.is_alone:
        return _plain(ls, document, choose, offset)
    return found and to_lsp(ls, document, found)


async def _plain(ls: Server, document: Document, choose: Choose, offset: int) -> types.Location | None:
    found = await ls.plain_python.ask(choose, document.model, offset)
    return found and to_lsp(ls, document, found)

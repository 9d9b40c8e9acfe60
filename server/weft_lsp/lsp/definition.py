"""textDocument/definition, declaration, typeDefinition and implementation."""

from lsprotocol import types

from weft_lsp.ide.complement import own_definition
from weft_lsp.ide.declaration import declaration
from weft_lsp.ide.definition import definition
from weft_lsp.ide.implementation import implementations
from weft_lsp.ide.type_definition import type_definition
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.locations import all_to_lsp, to_lsp


def on_definition(ls: Server, params: types.DefinitionParams) -> types.Location | None:
    document = ls.document(params.text_document.uri)
    found = (own_definition if ls.is_beside else definition)(document.model, document.offset(params.position))
    return found and to_lsp(ls, document, found)


def on_declaration(ls: Server, params: types.DeclarationParams) -> types.Location | None:
    document = ls.document(params.text_document.uri)
    found = None if ls.is_beside else declaration(document.model, document.offset(params.position))
    return found and to_lsp(ls, document, found)


def on_type_definition(ls: Server, params: types.TypeDefinitionParams) -> types.Location | None:
    document = ls.document(params.text_document.uri)
    found = None if ls.is_beside else type_definition(document.model, document.offset(params.position))
    return found and to_lsp(ls, document, found)


def on_implementation(ls: Server, params: types.ImplementationParams) -> list[types.Location] | None:
    document = ls.document(params.text_document.uri)
    found = None if ls.is_beside else implementations(document.model, document.offset(params.position))
    return None if found is None else all_to_lsp(ls, document, found)

"""textDocument/references."""

from lsprotocol import types

from weft_lsp.ide.complement import own_target
from weft_lsp.ide.references import our_target, references
from weft_lsp.lsp import plain
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.locations import all_to_lsp
from weft_lsp.lsp.workspace_models import models_of


async def on_references(ls: Server, params: types.ReferenceParams) -> list[plain.Location] | None:
    document = ls.document(params.text_document.uri)
    offset = document.offset(params.position)
    target = our_target(document.model, offset)
    if target and ls.is_beside:
        target = own_target(document.model, offset, target)
    if target is None and ls.is_alone:
        plain = await ls.plain_python.ask(lambda plain: plain.references, document.model, offset)
        return all_to_lsp(ls, document, plain or ())
    if target is None:
        return None
    models = await models_of(ls, document, target)
    found = references(target, models, with_declaration=params.context.include_declaration)
    return all_to_lsp(ls, document, found)

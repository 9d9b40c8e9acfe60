"""textDocument/codeLens and codeLens/resolve."""

from collections.abc import Iterator

from lsprotocol import types

from weft_lsp.ide.code_lens import Lens, code_lenses
from weft_lsp.ide.references import references
from weft_lsp.ide.target import target_at
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.locations import all_to_lsp
from weft_lsp.lsp.workspace_models import models_of

# Commands of the client: they show a list of places, and run a kernel's file.
SHOW_REFERENCES = "weft.showReferences"
RUN_KERNEL = "weft.runKernel"
OPTIONS = types.CodeLensOptions(resolve_provider=True)


def on_code_lens(ls: Server, params: types.CodeLensParams) -> list[types.CodeLens]:
    document = ls.document(params.text_document.uri)
    return [_to_lsp(document, lens) for lens in _lenses(ls, document)]


async def on_resolve(ls: Server, lens: types.CodeLens) -> types.CodeLens:
    """Count the references of a kernel, which needs the other files of the workspace."""
    match lens.data:
        case [str() as uri, int() as version] if document := ls.documents.get(uri):
            if document.version == version:
                lens.command = await _references(ls, document, lens.range)
        case _:
            pass
    return lens


async def _references(ls: Server, document: Document, place: types.Range) -> types.Command | None:
    target = target_at(document.model, document.offset(place.start))
    if target is None:
        return None
    found = references(target, await models_of(ls, document, target), with_declaration=False)
    title = f"{len(found)} {'reference' if len(found) == 1 else 'references'}"
    places = all_to_lsp(ls, document, found)
    return types.Command(
        title, SHOW_REFERENCES, arguments=[document.uri, ls.protocol.plain(place.start), places]
    )


def _lenses(ls: Server, document: Document) -> Iterator[Lens]:
    for lens in code_lenses(document.model, ls.settings.lenses):
        # A cell is run by the notebook, not by a command line.
        if document.holds(lens.span) and not (lens.kind == "run" and document.is_part):
            yield lens


def _to_lsp(document: Document, lens: Lens) -> types.CodeLens:
    place = document.range(lens.span)
    match lens.kind:
        case "references":
            return types.CodeLens(place, data=[document.uri, document.version])
        case "run":
            return types.CodeLens(
                place, types.Command(lens.title, RUN_KERNEL, arguments=[document.uri, lens.name])
            )
        case "resources":
            # Without a command a title is a text.
            return types.CodeLens(place, types.Command(lens.title, ""))

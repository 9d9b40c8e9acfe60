"""The codes in suppressing comments, each a link to where it is explained."""

import re

from weft.model.diagnostic import Span
from weft.model.model import Model
from weft.records import record

from weft_lsp.ide.rule_page import page_of

_IGNORE = re.compile(r"#[^\n]*\bweft:\s*ignore(?:-file|-block)?\[(?P<codes>[^\]\n]*)\]")
_CODE = re.compile(r"[a-z][a-z-]*")


@record
class Link:
    """page: the path of a file."""

    span: Span
    code: str
    page: str


def document_links(model: Model) -> tuple[Link, ...]:
    found: list[Link] = []
    for comment in _IGNORE.finditer(model.text):
        for code in _CODE.finditer(model.text, comment.start("codes"), comment.end("codes")):
            if page := page_of(code.group()):
                found.append(Link(Span(*code.span()), code.group(), page))
    return tuple(found)

"""A new name for a local variable or a parameter of a kernel or a function of Weft, in its file.

Keyword arguments that name a parameter are renamed with it where the call names the function directly. Calls in other
files, and calls through another name of the function, are not seen.
"""

import builtins
import keyword
from dataclasses import dataclass

from weft.model.declarations import Function
from weft.model.diagnostic import Edit, Span
from weft.model.model import Model

from weft_lsp.ide.references import keyword_arguments
from weft_lsp.ide.relevance import is_of_language
from weft_lsp.ide.scopes import Name, name_at


class RenameError(Exception):
    """Why a name is not renamed, in words for the user."""


@dataclass(frozen=True, slots=True)
class Renamable:
    """What is renamed: the name where the cursor is."""

    span: Span
    name: str


def prepare(model: Model, offset: int) -> Renamable | None:
    """None outside of kernels and their functions: other names are another server's to rename.

    Raises RenameError for a name of theirs that keeps its name.
    """
    name = _name(model, offset)
    if name is None:
        return None
    here = next(each.span for each in name.occurrences if each.span.contains(offset))
    return Renamable(here, name.name)


def rename(model: Model, offset: int, new_name: str) -> tuple[Edit, ...] | None:
    """The edits, in the order of the text. Raises RenameError if the new name cannot be."""
    name = _name(model, offset)
    if name is None:
        return None
    _refuse_new(name, new_name)
    if new_name == name.name:
        return ()
    places = {*(occurrence.span for occurrence in name.occurrences), *keyword_arguments(model, name)}
    return tuple(Edit(span, new_name) for span in sorted(places))


def _name(model: Model, offset: int) -> Name | None:
    kernel = model.kernel_at(offset)
    if kernel is None:
        return None
    name = name_at(model, offset)
    if name is None:
        fact = model.fact_at(offset)
        if fact and is_of_language(fact.symbol):
            raise RenameError(f"`{fact.symbol.name if fact.symbol else ''}` is a name of the language")
        return None
    _refuse(model, name, offset)
    return name


def _refuse(model: Model, name: Name, offset: int) -> None:
    """Say why a name keeps its name."""
    if name.is_import:
        raise RenameError(f"`{name.name}` is imported: rename it where it is declared")
    if not any(occurrence.is_write for occurrence in name.occurrences):
        raise RenameError(f"`{name.name}` is not declared in this file")
    if name.function is None:
        raise RenameError(f"`{name.name}` is a name of the module, which other files may use")
    if not name.is_certain:
        raise RenameError(f"not every place of `{name.name}` can be found: one is in an f-string")
    if _has_syntax_error(model, offset):
        raise RenameError("the function has a syntax error: not every place of the name can be found")
    if not _is_of_kernel(model, name):
        raise RenameError(f"`{name.name}` belongs to the function around the kernel")


def _refuse_new(name: Name, new_name: str) -> None:
    if not new_name.isidentifier():
        raise RenameError(
            f"`{new_name}` is not a name: write letters, digits and `_`, not starting with a digit"
        )
    if keyword.iskeyword(new_name):
        raise RenameError(f"`{new_name}` is a keyword of Python")
    if new_name in name.neighbours:
        raise RenameError(f"`{new_name}` is already used in the same function")
    if hasattr(builtins, new_name):
        raise RenameError(f"`{new_name}` is a built-in name of Python")


def _has_syntax_error(model: Model, offset: int) -> bool:
    around = [block for start, block in model.blocks if start <= offset]
    return around[-1].parsed.error is not None


def _is_of_kernel(model: Model, name: Name) -> bool:
    """Whether the declaration is inside a kernel or a device function."""
    if not isinstance(name.function, Function):
        return True
    return all(model.kernel_at(occurrence.span.start) is not None for occurrence in name.occurrences)

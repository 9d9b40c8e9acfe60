"""A new name for what a kernel file declares: locals, parameters, kernels, functions, dimensions, constants.

Keyword arguments are renamed with their parameter, imports and attributes with what they stand for, and strings in
`__all__`. What cannot be renamed in every place is refused, with the reason.
"""

import ast
import builtins
import keyword
import os
from collections.abc import Iterable, Iterator

from weft.model.declarations import Function
from weft.model.diagnostic import Edit, Span
from weft.model.model import Model
from weft.model.scopes import Name, Occurrence
from weft.model.source import identifiers
from weft.model.values import External, Module
from weft.records import record

from weft_lsp.ide.keyword import keyword_at
from weft_lsp.ide.places import blocks_of
from weft_lsp.ide.references import our_target
from weft_lsp.ide.relevance import is_of_language
from weft_lsp.ide.target import Target, uses


class RenameError(Exception):
    """Why a name is not renamed, in words for the user."""


@record
class Renamable:
    """What is renamed: the name where the cursor is."""

    span: Span
    name: str


@record
class FileEdits:
    """The edits of one file, in the order of its text."""

    path: str
    edits: tuple[Edit, ...]


def prepare(model: Model, offset: int) -> Renamable | None:
    """None where another server renames. Raises RenameError for a name that keeps its name."""
    target = renamable_target(model, offset)
    if target is None:
        return None
    if found := keyword_at(model, offset):
        return Renamable(found.span, target.name)
    here = [each.span for each in uses(target, model) if each.span.contains(offset)]
    return Renamable(here[0], target.name) if here else None


def rename(target: Target, new_name: str, models: Iterable[Model]) -> tuple[FileEdits, ...]:
    """The edits of each file. models: those that may use the name. Raises RenameError."""
    _refuse_new(target, new_name)
    if new_name == target.name:
        return ()
    return tuple(edits for model in models if (edits := _in_file(target, new_name, model)).edits)


def renamable_target(model: Model, offset: int) -> Target | None:
    """What the cursor is at, if it can get another name. Raises RenameError."""
    target = our_target(model, offset)
    if target is not None:
        _refuse(model, target, offset)
    elif model.kernel_at(offset) is not None:
        fact = model.fact_at(offset)
        if fact and fact.symbol and is_of_language(fact.symbol):
            raise RenameError(f"`{fact.symbol.name}` is a name of the language")
    return target


def _in_file(target: Target, new_name: str, model: Model) -> FileEdits:
    places = [
        each for each in uses(target, model) if model.text[each.span.start : each.span.end] == target.name
    ]
    if places:
        _refuse_broken(target, model)
        _refuse_uncertain(target, model, places)
        if target.qualified_name:
            _refuse_taken(model, new_name, places)
    spans = {*(each.span for each in places), *(_exported(target, model) if places else ())}
    return FileEdits(model.path, tuple(Edit(span, new_name) for span in sorted(spans)))


def _exported(target: Target, model: Model) -> Iterator[Span]:
    """The strings of `__all__` that name it, without their quotes."""
    for declaration in model.module.declarations.get("__all__", ()) if target.qualified_name else ():
        for part in ast.walk(declaration.node):
            if isinstance(part, ast.Constant) and part.value == target.name:
                span = declaration.block.span(part).shifted(declaration.block_start)
                yield Span(span.start + 1, span.end - 1)


def _refuse(model: Model, target: Target, offset: int) -> None:
    """Say why a name keeps its name."""
    symbol, name = target.symbol, target.local
    if symbol is not None and is_of_language(symbol) and (target.qualified_name or target.function):
        kind = "a parameter" if target.function else "a name"
        raise RenameError(f"`{target.name}` is {kind} of the language")
    if symbol is not None and symbol.kind == "module":
        raise RenameError(f"`{target.name}` is a module: rename its file, and its imports with it")
    if name is None:
        return
    if name.is_import and symbol is None:
        raise RenameError(f"`{name.name}` is imported: rename it where it is declared")
    if not any(occurrence.is_write for occurrence in name.occurrences):
        raise RenameError(f"`{name.name}` is not declared in this file")
    if not name.is_certain:
        raise RenameError(f"not every place of `{name.name}` can be found: one is in an f-string")
    if name.function is not None and target.path == model.path:
        _refuse_called(target, name)
        if _has_syntax_error(model, offset):
            raise RenameError("the function has a syntax error: not every place of the name can be found")


def _refuse_called(target: Target, name: Name) -> None:
    """A parameter of a function whose calls are not known: one of them may pass it as a keyword argument."""
    if name.is_parameter and isinstance(name.function, Function) and not target.function:
        raise RenameError(
            f"`{name.name}` is a parameter of `{name.function.name}`, and not every call of it is known"
        )


def _refuse_uncertain(target: Target, model: Model, places: Iterable[Occurrence]) -> None:
    """An attribute of that name, of something that is not known."""
    known = {each.span for each in places}
    for start, parsed in blocks_of(model) if _is_member(target) else ():
        for node in ast.walk(parsed.tree) if parsed.tree and target.name in parsed.text else ():
            if not isinstance(node, ast.Attribute) or node.attr != target.name:
                continue
            whole = parsed.span(node).shifted(start)
            is_other = isinstance(model.value_of(parsed.span(node.value).shifted(start)), Module | External)
            if Span(whole.end - len(node.attr), whole.end) not in known and not is_other:
                place = f"`{ast.unparse(node)}` in {os.path.basename(model.path)}"
                raise RenameError(
                    f"{place} may be another `{target.name}`: not every place of the name is known"
                )


def _is_member(target: Target) -> bool:
    """Whether it is an attribute of a class."""
    symbol = target.symbol
    return symbol is not None and symbol.kind in ("kernel", "function") and not target.local


def _refuse_new(target: Target, new_name: str) -> None:
    if not new_name.isidentifier():
        raise RenameError(
            f"`{new_name}` is not a name: write letters, digits and `_`, not starting with a digit"
        )
    if keyword.iskeyword(new_name):
        raise RenameError(f"`{new_name}` is a keyword of Python")
    if target.local is not None and new_name in target.local.neighbours:
        raise RenameError(f"`{new_name}` is already used in the same function")
    if hasattr(builtins, new_name):
        raise RenameError(f"`{new_name}` is a built-in name of Python")


def _refuse_broken(target: Target, model: Model) -> None:
    for _, parsed in blocks_of(model):
        if parsed.error is not None and target.name in identifiers(parsed.text):
            raise RenameError(
                f"{os.path.basename(model.path)} has a syntax error where `{target.name}` stands: not every place of the "
                "name can be found"
            )


def _refuse_taken(model: Model, new_name: str, places: list[Occurrence]) -> None:
    """A name of the module must be free in the file, and in all that uses it."""
    is_taken = model.module.declares(new_name) or any(
        start <= each.span.start < start + len(parsed.text) and new_name in identifiers(parsed.text)
        for start, parsed in blocks_of(model)
        for each in places
    )
    if is_taken:
        raise RenameError(f"`{new_name}` is already used in {os.path.basename(model.path)}")


def _has_syntax_error(model: Model, offset: int) -> bool:
    around = [parsed for start, parsed in blocks_of(model) if start <= offset]
    return around[-1].error is not None

"""What kind of type is wanted at a place of a kernel's signature, which is seldom whole while it is typed."""

import ast
import re
from typing import Literal

from weft.model.model import Model

TypePlace = Literal["name", "type", "dtype", "dimension"]

_HEADER = re.compile(r"^(?P<above>(?:[ \t]*@[^\r\n]*\r?\n)+)[ \t]*def[ \t]+\w+[ \t]*\(", re.MULTILINE)
_DECORATOR = re.compile(r"@[ \t]*([\w.]+)")
_RETURNS = re.compile(r"[ \t]*->[ \t]*\w*")
_WORD_START = re.compile(r"[:,\[|][ \t\r\n]*\w*\Z")
_LONGEST_SIGNATURE = 3000


def type_place(model: Model, offset: int) -> TypePlace | None:
    """`x: |` wants a type, `x: Tensor[|` a dtype, `x: Tensor[f32, |` a dimension, and before the colon stands a new name;
    None outside of the signatures of kernels and device functions."""
    first = max(0, offset - _LONGEST_SIGNATURE)
    headers = [*_HEADER.finditer(model.text, first, offset)]
    if not headers or not _is_ours(model, headers[-1]["above"]):
        return None
    typed = model.text[headers[-1].end() : offset]
    return _place(model, typed)


def _is_ours(model: Model, above: str) -> bool:
    dialect = model.library.dialect
    for name in _DECORATOR.findall(above):
        try:
            decorator = ast.parse(name, mode="eval").body
        except SyntaxError:
            continue
        if model.module.qualified(decorator) in (dialect.kernel, dialect.function):
            return True
    return False


def _place(model: Model, typed: str) -> TypePlace | None:
    """Where the text behind the parenthesis of a `def` has come to."""
    # What each open bracket stands behind, and how many commas came since.
    brackets: list[tuple[str, int]] = []
    start, separator = 0, ","
    for position, character in enumerate(typed):
        if character in "([{":
            brackets.append((typed[start:position], 0))
        elif character in ")]}" and brackets:
            brackets.pop()
        elif character == ")":
            return "type" if _RETURNS.fullmatch(typed, position + 1) else None
        elif character == "," and brackets:
            brackets[-1] = (brackets[-1][0], brackets[-1][1] + 1)
        elif not brackets and character in ",:=":
            start, separator = position + 1, character
    if separator == "," and not brackets:
        return "name"
    if separator != ":" or not _WORD_START.search(typed):
        return None
    if not brackets:
        return "type"
    owner, commas = brackets[-1]
    is_tensor = owner.strip().rpartition(".")[2] == model.library.dialect.tensor.rpartition(".")[2]
    return ("dimension" if commas else "dtype") if is_tensor and len(brackets) == 1 else None

"""Parse one block, mending what is half-typed so that the rest of it is still understood."""

import ast
import re
import warnings
from functools import cached_property

from weft.model.diagnostic import Diagnostic, Span
from weft.model.source import Lines
from weft.records import field, record

# Stands for what is not typed yet: `x.` is read as `x.HOLE`, `y =` as `y = HOLE`.
HOLE = "__weft_hole__"

# A hostile block gets one parse; a block that a person types gets this many mended lines.
_MOST_REPAIRS = 8
_LONGEST_REPAIRED = 200_000

_QUIET = re.compile(
    r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""|\'\'\'[^\'\\]*(?:(?:\\.|\'(?!\'\'))[^\'\\]*)*\'\'\''
    r'|"(?:[^"\\\r\n]|\\.)*"?|\'(?:[^\'\\\r\n]|\\.)*\'?|#[^\r\n]*',
    re.DOTALL,
)
_PREFIX = re.compile(r"(?<!\w)[fFrR]{1,2}\Z")
_BRACES = re.compile(r"(?<!\{)(\{[^{}\r\n]*\})(?!\})")
# As long as `{}`, and in no source.
_EMPTY_BRACES = "\0}"
_DANGLING_DOT = re.compile(r"(?<=[\w)\]}])\.(?!\s*[^\W\d]|\d|\.)")
_DANGLING_KEYWORD = re.compile(r"(?<=\w)[ \t]*=(?=\s*[,)])")
# Editors write the closing bracket with the opening one, so that what is typed stands before it.
_EMPTY_INDEX = re.compile(r"(?<=[\w)\]])\[[ \t]*(?=\])")
_DANGLING_OPERATOR = re.compile(
    r"[\w)\]}][ \t]*(?:[-+*/%@&|^<>]|[<>=!]=|\*\*|//|<<|>>|[ \t](?:and|or|in|is|if|else|not)[ \t])[ \t]*(?=[)\]}])"
)
_GAPS = (_DANGLING_KEYWORD, _EMPTY_INDEX, _DANGLING_OPERATOR, re.compile("\0"))
_NUMBER_BEFORE = re.compile(r"(?:^|[^\w.])\d[\d_]*$")
_HEADER = re.compile(r"\s*(?:if|elif|else|for|while|def|class|with|try|except|finally|async)\b")
# Some editors keep it at the start of a text; Python reads a file without it.
_BYTE_ORDER_MARK = "\ufeff"
_WITH_PLACE = (ast.expr, ast.stmt, ast.arg, ast.alias, ast.keyword)
_DECORATOR = re.compile(r"[ \t]*@")
_DECORATED = re.compile(r"[ \t]*(?:@|(?:async[ \t]+)?def\b|class\b)")
_CLOSERS = {"(": ")", "[": "]", "{": "}"}


@record(slots=False)
class Parsed:
    """The tree of a block, and how its positions map to the text. `tree` is None when nothing could be saved."""

    text: str = field(repr=False)
    tree: ast.Module | None = field(compare=False)
    error: Diagnostic | None = field(compare=False)
    lines: Lines = field(repr=False, compare=False)
    # The lines as parsed, where they differ from the text, and the columns at which characters were put in.
    mended: dict[int, str] = field(default_factory=dict[int, str], repr=False, compare=False)
    inserted: dict[int, tuple[int, ...]] = field(
        default_factory=dict[int, tuple[int, ...]], repr=False, compare=False
    )

    @cached_property
    def is_ascii(self) -> bool:
        """Whether a byte is a character."""
        return self.text.isascii()

    @property
    def is_plain(self) -> bool:
        """Whether the text was parsed as it stands, and a byte is a character."""
        return not self.mended and self.is_ascii

    def span(self, node: ast.AST) -> Span:
        """The span of a node in the block's text; it is noted with the node, since loops that are unrolled ask again."""
        noted = vars(node)
        span: Span | None = noted.get("span")
        if span is None:
            span = noted["span"] = self._span(node)
        return span

    def _span(self, node: ast.AST) -> Span:
        if self.is_ascii and isinstance(node, _WITH_PLACE):
            first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
            starts, mended = self.lines.starts, self.mended
            if not mended or (first not in mended and last not in mended and last < len(starts)):
                start = starts[first] + node.col_offset
                return Span(start, max(start, starts[last] + (node.end_col_offset or 0)))
        start = self.offset(getattr(node, "lineno", 1), getattr(node, "col_offset", 0))
        end_line = getattr(node, "end_lineno", None) or getattr(node, "lineno", 1)
        end = self.offset(end_line, getattr(node, "end_col_offset", None) or 0)
        return Span(start, max(start, end))

    def offset(self, line: int, column_bytes: int) -> int:
        """The offset of `ast`'s line (from 1) and column (in UTF-8 bytes)."""
        if self.is_plain:
            return self.lines.starts[line - 1] + column_bytes
        row = min(line, len(self.lines.starts)) - 1
        content = self.lines.content(row)
        first = content.start + (row == 0 and self.text.startswith(_BYTE_ORDER_MARK))
        parsed_line = self.mended.get(row)
        if parsed_line is None:
            parsed_line = self.text[first : content.end]
        column = _characters(parsed_line, column_bytes)
        for at in reversed(self.inserted.get(row, ())):
            column = max(at, column - len(HOLE)) if column > at else column
        return min(first + column, content.end)

    def mended_column(self, row: int, column: int) -> int:
        """Where a character of a mended line stands in the line as parsed: behind a name that was put in there."""
        for at in self.inserted.get(row, ()):
            if at <= column:
                column += len(HOLE)
        return column


class Unread(Parsed):
    """A block of a text that is known to parse, which is parsed when something but its text is asked for."""

    def __init__(self, text: str) -> None:
        vars(self)["text"] = text

    def __getattr__(self, name: str) -> object:
        vars(self).update(vars(parse(self.text)))
        return object.__getattribute__(self, name)


def parse(text: str) -> Parsed:
    """The tree of a block; where it does not parse, of as much of it as can be mended, with the error found."""
    lines = Lines.of(text)
    tree, fault = _attempt(text.removeprefix(_BYTE_ORDER_MARK))
    if fault is None:
        return Parsed(text, tree, None, lines)
    error = _diagnostic(text, lines, fault)
    if len(text) > _LONGEST_REPAIRED or isinstance(fault, str):
        return Parsed(text, None, error, lines)
    return _mend(text, lines, error)


def _attempt(text: str) -> tuple[ast.Module | None, SyntaxError | str | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text), None
    except SyntaxError as error:
        # A traceback refers to the frame that keeps the error: all that was read would wait for the garbage collector.
        return None, error.with_traceback(None)
    except ValueError as error:
        return None, f"the source {str(error).removeprefix('source code string ')}"
    except (RecursionError, MemoryError):
        return None, "the code is nested too deeply to be read"


def _diagnostic(text: str, lines: Lines, fault: SyntaxError | str) -> Diagnostic:
    if isinstance(fault, str):
        return Diagnostic("syntax-error", f"{fault}: simplify it", lines.content(0))
    row = min(max(1, fault.lineno or 1), len(lines.starts)) - 1
    content = lines.content(row)
    first = content.start + (row == 0 and text.startswith(_BYTE_ORDER_MARK))
    start = min(first + max(0, (fault.offset or 1) - 1), content.end)
    same_line = fault.end_lineno == fault.lineno and (fault.end_offset or 0) > (fault.offset or 0)
    end = min(first + (fault.end_offset or 1) - 1, content.end) if same_line else content.end
    reason = re.sub(r" \(<unknown>, line \d+\)| on line \d+", "", fault.msg)
    return Diagnostic("syntax-error", f"{reason[:1].lower()}{reason[1:]}", Span(start, max(start, end)))


class _Draft:
    """The lines of a broken block while they are mended."""

    def __init__(self, lines: Lines) -> None:
        self.lines = [
            lines.text[span.start : span.end] for span in map(lines.content, range(len(lines.starts)))
        ]
        self.lines[0] = self.lines[0].removeprefix(_BYTE_ORDER_MARK)
        self.original = list(self.lines)
        self.inserted: dict[int, tuple[int, ...]] = {}

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def fill_gaps(self) -> None:
        """Give every `x.`, every `name=` in a call, every `x[]` and every `(x +)` the name that is missing."""
        quiet = _QUIET.sub(_blank, self.text).split("\n")
        for row, line in enumerate(quiet):
            dots = {
                match.end()
                for match in _DANGLING_DOT.finditer(line)
                if not _NUMBER_BEFORE.search(line, 0, match.start())
            }
            gaps = sorted(dots.union(match.end() for pattern in _GAPS for match in pattern.finditer(line)))
            for at in reversed(gaps):
                self.lines[row] = f"{self.lines[row][:at]}{HOLE}{self.lines[row][at:]}"
            if gaps:
                self.inserted[row] = tuple(at + len(HOLE) * index for index, at in enumerate(gaps))

    def close_decorators(self) -> None:
        """A decorator that stands above nothing it could decorate gets something."""
        following = ""
        for row in reversed(range(len(self.lines))):
            line = self.lines[row]
            if _DECORATOR.match(line) and not _DECORATED.match(following):
                closers = _open_brackets(line)
                if not closers or not following:
                    indent = line[: len(line) - len(line.lstrip())]
                    self.lines[row] = f"{line}{closers}\n{indent}class {HOLE}: pass"
            following = line if line.strip() else following


def _blank(quiet: re.Match[str]) -> str:
    """Blanks for a comment or a string; what stands between the braces of an f-string is code."""
    prefix = _PREFIX.search(quiet.string, max(0, quiet.start() - 2), quiet.start())
    kept = _BRACES.split(quiet.group()) if prefix and "f" in prefix.group().lower() else [quiet.group()]
    return "".join(
        part.replace("{}", _EMPTY_BRACES) if index % 2 else re.sub(r"[^\r\n]", " ", part)
        for index, part in enumerate(kept)
    )


def _mend(text: str, lines: Lines, error: Diagnostic) -> Parsed:
    draft = _Draft(lines)
    draft.fill_gaps()
    draft.close_decorators()
    tree, fault = _attempt(draft.text)
    for _ in range(_MOST_REPAIRS):
        if not isinstance(fault, SyntaxError):
            break
        tree, fault = _mend_line(draft, fault)
    if isinstance(fault, SyntaxError):
        tree, fault = _keep_above(draft, fault)
    changed = zip(draft.original, draft.lines, strict=True)
    mended = {row: after for row, (before, after) in enumerate(changed) if before != after}
    return Parsed(text, tree, error, lines, mended, draft.inserted)


def _mend_line(draft: _Draft, fault: SyntaxError) -> tuple[ast.Module | None, SyntaxError | str | None]:
    """Try the mends of the line at fault; keep the one that parses, or that lets the parser get furthest."""
    row = min(max(1, fault.lineno or 1), len(draft.lines)) - 1
    header = re.search(r"expected an indented block after .* on line (\d+)", fault.msg)
    if header:
        row = min(int(header.group(1)), len(draft.lines)) - 1
    if "expected 'except' or 'finally'" in fault.msg:
        _close_try(draft, row)
        return _attempt(draft.text)
    before, best, best_fault, furthest = draft.lines[row], None, fault, fault.lineno or 0
    for candidate in _candidates(draft.lines, row):
        draft.lines[row] = candidate
        tree, found = _attempt(draft.text)
        if found is None:
            return tree, None
        if isinstance(found, SyntaxError) and (found.lineno or 0) > furthest:
            best, best_fault, furthest = candidate, found, found.lineno or 0
    draft.lines[row] = _emptied(before) if best is None else best
    return (None, best_fault) if best is not None else _attempt(draft.text)


def _close_try(draft: _Draft, row: int) -> None:
    """A `try` without its `except` is read as a branch."""
    above = [index for index in range(row + 1) if re.match(r"\s*try\s*:", draft.lines[index])]
    if above:
        draft.lines[above[-1]] = re.sub(r"try\s*:", "if 1:", draft.lines[above[-1]], count=1)
    else:
        draft.lines[row] = _emptied(draft.lines[row])


def _candidates(lines: list[str], row: int) -> list[str]:
    line = lines[row]
    quiet = _QUIET.sub(
        lambda match: " " * len(match.group()) if match.group()[0] != "#" else "", line
    ).rstrip()
    code = line[: len(quiet)]
    closers = _open_brackets(quiet)
    tails = [closers, f"{HOLE}{closers}", f" {HOLE}{closers}", f" else {HOLE}{closers}", f": {HOLE}{closers}"]
    if _HEADER.match(line):
        colon = "" if quiet.endswith(":") else ":"
        body = "" if _is_deeper(lines, row) else " pass"
        tails = [f"{tail}{colon}{body}" for tail in tails] + [f"{closers} in {HOLE}{colon}{body}"]
    return [*(f"{code}{tail}" for tail in tails), _emptied(line)]


def _emptied(line: str) -> str:
    """A line that says nothing at the same depth."""
    indent = line[: len(line) - len(line.lstrip())]
    if not line.strip() or line.lstrip().startswith("@"):
        return indent
    return f"{indent}if {HOLE}:" if _HEADER.match(line) and line.rstrip().endswith(":") else f"{indent}pass"


def _keep_above(draft: _Draft, fault: SyntaxError) -> tuple[ast.Module | None, SyntaxError | str | None]:
    row = min(max(1, fault.lineno or 1), len(draft.lines)) - 1
    for start in (row, 1):
        for below in range(start, len(draft.lines)):
            draft.lines[below] = ""
        header = _header_above(draft, start)
        if draft.lines[header].rstrip().endswith(":"):
            draft.lines[header] += " pass"
        tree, found = _attempt(draft.text)
        if found is None:
            return tree, None
    return None, fault


def _header_above(draft: _Draft, row: int) -> int:
    """The last line above `row` that says something."""
    above = [index for index in range(row) if draft.lines[index].strip()]
    return above[-1] if above else 0


def _is_deeper(lines: list[str], row: int) -> bool:
    """Whether the next line that says something is indented more than this one."""
    indent = len(lines[row]) - len(lines[row].lstrip())
    following = next((line for line in lines[row + 1 :] if line.strip()), "")
    return len(following) - len(following.lstrip()) > indent


def _open_brackets(quiet: str) -> str:
    stack: list[str] = []
    for character in quiet:
        if character in _CLOSERS:
            stack.append(_CLOSERS[character])
        elif stack and character == stack[-1]:
            stack.pop()
    return "".join(reversed(stack))


def _characters(line: str, column_bytes: int) -> int:
    if line.isascii():
        return column_bytes
    return len(line.encode("utf-8", "surrogatepass")[:column_bytes].decode("utf-8", "ignore"))

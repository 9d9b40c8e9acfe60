"""The front end takes any text: half-typed, broken, hostile. It never raises, and keeps what is above the cursor."""

import ast
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import weft.lint.findings
from annotations import HEADER, read
from weft.model.describe import describe
from weft.model.diagnostic import Span
from weft.model.ir import walk
from weft.model.model import Model
from weft.model.project import Project
from weft.model.source import Blocks, split, split_again
from weft.model.syntax import HOLE, parse
from weft.ops.dialect import DIALECT

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))


def ask_everything(model: Model, offset: int) -> None:
    weft.lint.findings.check(model)
    model.fact_at(offset)
    receiver = model.receiver_at(offset)
    if receiver:
        model.members(receiver.value)
    model.call_at(offset)
    assert model.outline is not None
    assert model.names_at(offset) is not None


Types = dict[tuple[int, str], list[tuple[int, int, str]]]


def types(model: Model, seen: dict[int, tuple[object, list[tuple[int, int, str]]]]) -> Types:
    """Every expression of each function, by its place in the block, with its type. `seen`: analyses described before."""
    found: Types = {}
    for start, function in model.kernels():
        if id(function) not in seen:
            described = [(fact.span.start, fact.span.end, describe(fact.value)) for fact in function.facts]
            seen[id(function)] = (function, described)
        found[start, function.name] = seen[id(function)][1]
    return found


def heft(model: Model) -> int:
    """How many tens of statements the kernels have when their loops are written out: what a reading of them costs."""
    kernels = [function.ir for _, function in model.kernels() if function.ir]
    return sum(1 for kernel in kernels for _ in walk(kernel.body)) // 10


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_typed_character_by_character(path: Path):
    """After each key, of large kernels after several: no exception, and every kernel above the one that is being typed keeps all its types."""
    text = path.read_text()
    project = Project(DIALECT)
    seen: dict[int, tuple[object, list[tuple[int, int, str]]]] = {}
    complete = project.read(str(path), text)
    whole = types(complete, seen)
    starts = [span.start for span in split(text).spans]
    assert whole and all(whole.values())
    for end in range(0, len(text) + 1, 1 + heft(complete)):
        model = project.read(str(path), text[:end])
        ask_everything(model, end)
        typing = max(start for start in starts if start <= end)
        found = types(model, seen)
        for (start, name), expected in whole.items():
            if start < typing:
                assert found.get((start, name)) == expected, f"{name} after {text[:end][-40:]!r}"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_broken_in_the_middle_of_a_line(path: Path):
    """Cut out any stretch of text: no exception."""
    text = path.read_text()
    project = Project(DIALECT)
    choose = random.Random(1)
    for _ in range(60 // (1 + heft(project.read(str(path), text)) // 5)):
        start = choose.randrange(len(text))
        end = min(len(text), start + choose.randrange(40))
        ask_everything(project.read(str(path), text[:start] + text[end:]), start)


def test_any_characters():
    choose = random.Random(2)
    pieces = ["def ", "@weft.kernel\n", "(", ")", "[", "]", ":", "\n", "    ", "\t", '"""', "'", "\\", "x.", "= ", "if ", "for i in ",
              "weft.index(", "\r", "\f", "\0", "é", "𝄞", "#", "f'{", "}", "1.", "lambda ", "return ", "while ", ";", "\ufeff", "\ud800"]  # fmt: skip
    project = Project(DIALECT)
    for _ in range(400):
        text = HEADER + "".join(choose.choice(pieces) for _ in range(choose.randrange(40)))
        ask_everything(project.read("any.py", text), choose.randrange(len(text)))


HOSTILE = {
    "brackets": "[" * 2000,
    "closed brackets": "[" * 2000 + "]" * 2000,
    "a long sum": "x = " + " + ".join(["1"] * 20_000),
    "a long chain of dots": "x = a" + ".b" * 20_000,
    "nested minus": "x = " + "-" * 20_000 + "1",
    "nested calls": "x = " + "f(" * 150 + ")" * 150,
    "deep blocks": "\n".join(" " * level + "if x:" for level in range(150)) + "\n" + " " * 150 + "pass",
    "a long line": "x = '" + "a" * 3_000_000 + "'",
    "an open string": '"""' + "a\n" * 100_000,
    "null": "x = '\0'",
    "surrogate": "x = '\ud800'",
    "only line ends": "\r\n" * 50_000,
    "a large number": "x = " + "9" * 10_000,
    "decorators": "@weft.kernel\n" * 1000 + "def k(): pass\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text(text: str):
    ask_everything(read(HEADER + text), len(HEADER))
    body = "\n    ".join(text.split("\n"))
    ask_everything(
        read(f"{HEADER}@weft.kernel\ndef k(x: Tensor[f32, N]):\n    i = weft.index(x)\n    {body}\n"), 200
    )


HOSTILE_KERNELS = {
    "an unrolled loop in an unrolled loop": "for a in weft.static_range(1000):\n        for b in weft.static_range(1000):\n            x[i] = 1.0",
    "a static range without end": "for a in weft.static_range(10**9):\n        x[i] = 1.0",
    "a huge shared memory": "t = weft.shared(f32, (10**9, 10**9))\n    x[i] = t[0, 0]",
    "a power of powers": "x[i] = 10 ** 10 ** 10",
    "a huge shift": "x[i] = 1 << 10 ** 10",
    "a layout of a huge depth": "t = weft.shared(f32, Layout(" + "(" * 60 + "1" + ",)" * 60 + "))\n    x[i] = t[0]",
}  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE_KERNELS.values(), ids=HOSTILE_KERNELS.keys())
def test_hostile_kernels(body: str):
    model = read(f"{HEADER}\n@weft.kernel\ndef k(x: Tensor[f32, N]):\n    i = weft.index(x)\n    {body}\n")
    ask_everything(model, len(HEADER))


def functions_that_call_two_others(depth: int) -> Iterator[str]:
    """Read in place, the last one would be 2 ** depth calls."""
    yield "@weft.function\ndef f0(v):\n    return v + v\n"
    for level in range(1, depth):
        yield f"@weft.function\ndef f{level}(v):\n    return f{level - 1}(v) + f{level - 1}(v)\n"


def test_functions_that_double_their_calls():
    functions = "\n".join(functions_that_call_two_others(15))
    model = read(
        f"{HEADER}\n{functions}\n@weft.kernel\ndef k(x: Tensor[f32, N]):\n    i = weft.index(x)\n    x[i] = f14(x[i])\n"
    )
    ask_everything(model, 0)


def pieces_of(blocks: Blocks) -> list[str]:
    return [blocks.text[span.start : span.end] for span in blocks.spans]


def test_splitting_again_is_splitting():
    """After any edit, the blocks are those of a fresh look at the text."""
    choose = random.Random(3)
    pieces = [
        "\n",
        "\ndef f():\n    pass\n",
        "@weft.kernel\n",
        "(",
        ")",
        '"""',
        "else:\n",
        "x",
        "    ",
        "# ",
        "\\\n",
        "\r",
        "from",
    ]
    for path in EXAMPLES:
        text = path.read_text()
        blocks = split(text)
        for _ in range(150):
            start = choose.randrange(len(text) + 1)
            end = min(len(text), start + choose.choice([0, 0, 1, 5, 200]))
            edited = text[:start] + choose.choice([*pieces, ""]) + text[end:]
            before, blocks = blocks, split_again(edited, blocks)
            assert blocks == split(edited)
            first, last = blocks.same_at_start, blocks.same_at_end
            assert pieces_of(blocks)[:first] == pieces_of(before)[:first]
            assert not last or pieces_of(blocks)[-last:] == pieces_of(before)[-last:]
            text = edited


def kernels(count: int) -> str:
    one = "\n@weft.kernel\ndef k{0}(x: Tensor[f32, N], y: Tensor[f32, N]):\n    i = weft.index(y)\n    y[i] = x[i] * {0}\n"
    return HEADER + "".join(one.format(number) for number in range(count))


def calls_of(text: str) -> int:
    """How many Python functions reading a text calls: a measure of time that does not depend on the machine."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    project = Project(DIALECT)
    project.read("warm.py", kernels(1))
    sys.setprofile(note)
    try:
        _ = project.read("many.py", text).findings
    finally:
        sys.setprofile(None)
    return count


def test_time_grows_linearly_with_the_text():
    small, large = calls_of(kernels(20)), calls_of(kernels(200))
    assert large < 12 * small


def test_time_grows_linearly_with_one_kernel():
    def long(lines: int) -> str:
        body = "".join(f"    v{line} = x[i] * {line}.0\n    y[i] = v{line}\n" for line in range(lines))
        return f"{HEADER}\n@weft.kernel\ndef k(x: Tensor[f32, N], y: Tensor[f32, N]):\n    i = weft.index(y)\n{body}"

    small, large = calls_of(long(30)), calls_of(long(300))
    assert large < 12 * small


def test_a_keystroke_reads_one_block():
    text = kernels(100)
    project = Project(DIALECT)
    project.read("many.py", text)
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    project.read("many.py", text.replace("x[i] * 50", "x[i] * 51"))
    sys.setprofile(None)
    assert count < calls_of(text) / 4


def test_a_byte_order_mark_is_no_part_of_the_program():
    """Some editors leave it in the text: every place counts it, and the code is that without it."""
    plain = HEADER + "X = 1\n"
    model = read(f"\ufeff{plain}")
    assert model.findings == ()
    fact = model.fact_at(1 + plain.index("weft"))
    assert fact is not None and model.text[fact.span.start : fact.span.end] == "weft"
    (finding,) = read("\ufeffx = = 1\n").findings
    assert finding.code == "syntax-error" and finding.span == Span(5, 6)


def answers(model: Model) -> tuple[object, ...]:
    """All that a text says, with the places of names as they are now."""
    facts = [
        (
            start + fact.span.start,
            describe(fact.value),
            fact.symbol and model.symbol(fact.symbol, start).location,
        )
        for start, block in model.blocks
        for fact in block.facts
    ]
    return weft.lint.findings.check(model), facts


def test_after_edits_all_is_as_if_read_for_the_first_time():
    """Of some versions only a part is looked at, of some nothing."""
    choose = random.Random(4)
    pieces = ["", "x", "\n", "TILE", "\nTILE = 8\n", "from weft import *\n", "undefined", '"""', "@weft.kernel\n", "\nimport math\n"]  # fmt: skip
    for path in EXAMPLES[:3]:
        text, project = path.read_text(), Project(DIALECT)
        model = project.read(str(path), text)
        for _ in range(12):
            at = choose.randrange(len(text) + 1)
            text = text[:at] + choose.choice(pieces) + text[at + choose.choice([0, 0, 3]) :]
            model = project.read(str(path), text)
            if choose.random() < 0.6:
                model.fact_at(at)
        assert answers(model) == answers(Project(DIALECT).read(str(path), text))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("y[]", "y[?]"),
        ("y[i] = f(a + )", "y[i] = f(a + ?)"),
        ("y[i] = (a and )", "y[i] = a and ?"),
        ("y[x[i -]] = 2", "y[x[i - ?]] = 2"),
        ("k[grid, (a // )](x)", "k[grid, a // ?](x)"),
        ("y[i] = (x[i] not in )", "y[i] = x[i] not in ?"),
        ("f(y[], x., n=)", "f(y[?], x.?, n=?)"),
        ("y[i] = '(a + )' + z[]", "y[i] = '(a + )' + z[?]"),
    ],
)
def test_what_is_missing_before_a_closing_bracket(typed: str, read: str):
    """Editors write it with the opening one."""
    around = "def f(a, /, *, b):\n    return [*a]\n"
    found = parse(f"{around}{typed}\n").tree
    assert found is not None
    assert ast.unparse(found).replace(HOLE, "?") == f"{around.rstrip()}\n{read}"

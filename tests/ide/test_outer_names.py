"""Names of the functions and classes around a kernel, in each feature. The mark `$0` is in the kernel."""

import pytest
from ide_case import read, renamed
from weft_lsp.ide.completion import completions
from weft_lsp.ide.definition import definition
from weft_lsp.ide.highlight import highlights
from weft_lsp.ide.hover import hover
from weft_lsp.ide.references import our_target, references
from weft_lsp.ide.semantic_tokens import semantic_tokens
from weft_lsp.ide.signature_help import signature_help

FACTORY = """
size = 1.0


def outer(wide, *rest, **more):
    deep = 4
    size = wide

    def make(dtype, tile: int = 8):
        @weft.function
        def twice(v: f32) -> f32:
            return v * deep

        @weft.kernel
        def k(x: Tensor[dtype, M]):
            i = weft.index(x)
            x[i] = HERE
        late = 3
        return k

    return make
"""


def factory(inside: str) -> str:
    return FACTORY.replace("HERE", inside)


def line_of(text: str, offset: int) -> str:
    start, end = text.rfind("\n", 0, offset) + 1, text.find("\n", offset)
    return f"{text[start:offset]}>{text[offset:end]}".strip()


def defined(source: str) -> str | None:
    model, offset = read(source)
    found = definition(model, offset)
    assert found is None or found.path is None
    return found and line_of(model.text, found.span.start)


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("til$0e", "def make(dtype, >tile: int = 8):"),
        ("de$0ep", ">deep = 4"),
        ("wi$0de", "def outer(>wide, *rest, **more):"),
        ("re$0st", "def outer(wide, *>rest, **more):"),
        ("mo$0re", "def outer(wide, *rest, **>more):"),
        ("la$0te", ">late = 3"),
        ("si$0ze", ">size = wide"),
        ("twi$0ce(x[i])", "def >twice(v: f32) -> f32:"),
    ],
)
def test_definition(inside: str, expected: str):
    assert defined(factory(inside)) == expected


def test_definition_in_the_signature():
    source = FACTORY.replace("HERE", "0.0").replace("Tensor[dtype, M]", "Tensor[dt$0ype, M]")
    assert defined(source) == "def make(>dtype, tile: int = 8):"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("for v in range(3): pass", "for >v in range(3): pass"),
        ("with open() as v: pass", "with open() as >v: pass"),
        ("import os as v", "import os as >v"),
        ("(v := 3)", "(>v := 3)"),
        ("match 3:\n        case [v]: pass", "case [>v]: pass"),
        ("try: pass\n    except ValueError as v: pass", "except ValueError as >v: pass"),
        ("class v: ...", "class >v: ..."),
        ("v: int = 3", ">v: int = 3"),
        ("a, (v, *b) = 1, (2, 3)", "a, (>v, *b) = 1, (2, 3)"),
        ("found = [(v := each) for each in ()]", "found = [(>v := each) for each in ()]"),
        ("found = [v for v in ()]", None),
        ("def other():\n        v = 3", None),
        ("global v\n    v = 3", None),
    ],
)
def test_every_way_to_bind_a_name(statement: str, expected: str | None):
    for above, below in ((statement, "pass"), ("pass", statement)):
        source = (
            f"def make():\n    {above}\n    @weft.kernel\n    def k(x: Tensor[f32, M]):\n"
            f"        x[weft.index(x)] = v$0\n    {below}\n    return k\n"
        )
        assert defined(source) == expected


def test_a_class_is_seen_by_the_signature_and_not_by_the_body():
    source = """
    T = 1.0

    class A:
        T = f32

        @weft.kernel
        def k(x: Tensor[T, M]):
            x[weft.index(x)] = T
    """
    assert defined(source.replace("Tensor[T", "Tensor[T$0")) == ">T = f32"
    assert defined(source.replace("= T\n", "= T$0\n")) == ">T = 1.0"


def test_nonlocal_is_the_name_of_the_function_around():
    source = """
    def outer():
        n = 1

        def make():
            nonlocal n
            n = 2

            @weft.kernel
            def k(x: Tensor[f32, M]):
                x[weft.index(x)] = n$0
    """
    assert defined(source) == ">n = 1"


def headlines(source: str) -> str:
    model, offset = read(source)
    found = hover(model, offset)
    assert found
    return found.markdown


def test_hover():
    assert headlines(factory("de$0ep")) == "```python\ndeep: int = 4\n```"
    assert headlines(factory("twi$0ce(x[i])")).startswith("```python\ntwice(v: f32) -> f32\n```")
    assert headlines(factory("ti$0le")) == (
        "```python\ndef make(dtype, tile: int = 8):\n```\n\n"
        "A name of the function around the kernel: what it stands for is known at the launch."
    )


def test_completion():
    model, offset = read(factory("$0"))
    found = {each.name: each.detail for each in completions(model, offset) or ()}
    own = {"dtype": "", "tile": "", "deep": "int = 4", "wide": "", "rest": "", "late": "int = 3", "size": ""}
    assert {name: found.get(name) for name in own} == own
    assert found["twice"] == "twice(v: f32) -> f32"
    model, offset = read(factory("0.0").replace("Tensor[dtype, M]", "Tensor[d$0, M]"))
    first = [each.name for each in completions(model, offset) or ()]
    assert {"dtype", "tile", "f32"} <= set(first)


def places(source: str) -> list[str]:
    model, offset = read(source)
    target = our_target(model, offset)
    assert target
    found = [
        line_of(model.text, each.span.start) for each in references(target, [model], with_declaration=True)
    ]
    marked = highlights(model, offset)
    assert marked and [line_of(model.text, each.span.start) for each in marked] == found
    return found


def test_references_and_highlights():
    assert places(factory("de$0ep + late")) == [">deep = 4", "return v * >deep", "x[i] = >deep + late"]
    assert places(factory("si$0ze")) == [">size = wide", "x[i] = >size"]


def test_rename():
    source = factory("ti$0le") + "\n\nouter(1)(f32, tile=3)\n"
    # What is called is not known to be `make`: it may be passed by name.
    assert renamed(source) == "`tile` is a parameter of `make`, and not every call of it is known"
    plain = "def make(tile):\n    @weft.kernel\n    def k(x: Tensor[f32, M]):\n        x[weft.index(x)] = tile$0\n    return k\n\nmake(tile=3)\n"
    assert renamed(plain) == plain.replace("$0", "").replace("tile", "new")
    assert renamed(factory("de$0ep")) == factory("deep").replace("deep", "new")


def test_signature_help_of_a_device_function_beside_the_kernel():
    model, offset = read(factory("twice($0)"))
    found = signature_help(model, offset)
    assert found and found.signatures[0].label == "twice(v: f32) -> f32"


def test_semantic_tokens():
    model, _ = read(factory("twice(tile + deep)$0"))
    found = {
        model.text[token.span.start : token.span.end]: (token.kind, *token.modifiers)
        for token in semantic_tokens(model) or ()
    }
    assert found["tile"] == ("parameter",)
    assert found["deep"] == ("variable",)
    assert found["twice"] == ("function", "device")
    assert found["dtype"] == ("parameter",)

"""What is found in host code: calls of what Weft has that do not fit, and nothing else."""

import textwrap

from annotations import check, read
from weft.lint.findings import check as findings_of


def found(text: str) -> list[tuple[str, str]]:
    model = read("import weft\nfrom weft.layout import Layout, Swizzle\n" + textwrap.dedent(text))
    return [(finding.code, finding.message) for finding in findings_of(model)]


def test_a_module_is_no_function():
    check("""
        M, N = weft.dims("M N")
             # ^^^^^^^^^^^^^^^^ not-callable: module weft.dims cannot be called: import from it, as in `from weft.dims import Dim, B`
    """)


def test_options_of_the_decorator():
    right = "def k(x: weft.Tensor[weft.f32, 4]):\n    x[weft.index(x)] = 0.0\n\nprint(k)"
    assert found(f"@weft.kernel(block=256)\n{right}") == [
        (
            "call-arguments",
            "`block` is not a parameter: call it as `kernel(python_function=None, *, debug=__debug__, check_bounds=False, contiguous=False)`",
        )
    ]
    assert found(f"@weft.kernel(debug=False)\n{right}") == []


def test_names_that_weft_does_not_have():
    check("""
        made = weft.zero((2, 3))
             # ^^^^^^^^^ unknown-attribute: module weft has no `zero`: did you mean `zeros`?
    """)
    assert found("print(weft.__version__, weft.__file__, weft._private)") == []


def test_arguments_of_functions_and_classes():
    assert found("weft.zeros((2, 3), dtypes=weft.f32)") == [
        (
            "call-arguments",
            "`dtypes` is not a parameter: call it as `zeros(shape: int | tuple[int, ...], dtype: dtype = f32, *, device: str = 'cpu') -> array`",
        )
    ]
    assert found("Swizzle(3, 4)") == [
        ("call-arguments", "`shift` is missing: call it as `Swizzle(bits: int, base: int, shift: int)`")
    ]
    assert found("Swizzle(3, 4, 3)\nLayout((2, 3), stride=(1, 2))\nweft.zeros((2, 3), device='cpu')") == []


def test_layouts():
    assert [code for code, _ in found("Layout((2, 3), (1,))")] == ["layout"]
    assert [code for code, _ in found("Layout((2, 3)).compose(4)")] == ["unknown-attribute"]
    assert found("def f(layout):\n    return layout.compose(4)") == []


def test_arguments_that_the_text_does_not_tell():
    assert found("def f(*shape, **how):\n    return weft.zeros(*shape, **how), Layout(*shape)") == []
    assert found("def f(*both):\n    return weft.layout.composition(*both), Swizzle(**both)") == []
    function = "@weft.function\ndef add(a: weft.f32, b: weft.f32) -> weft.f32:\n    return a + b\n\n"
    assert found(f"{function}def f(*both):\n    return add(*both)") == []


def test_code_that_may_fail_on_purpose():
    assert (
        found("""
        try:
            weft.dims("M N")
        except TypeError:
            pass
        with pytest.raises(LayoutError):
            Layout((2, 3), (1,))
        with contextlib.suppress(AttributeError):
            weft.gone()
        if hasattr(weft, "new"):
            weft.new()
    """)
        == []
    )
    assert [code for code, _ in found("try:\n    weft.gone()\nfinally:\n    pass")] == ["unknown-attribute"]


def test_other_modules_and_values_are_left_alone():
    assert (
        found("""
        import helpers
        print(max([1, 2], key=abs), sum(x for x in ()), helpers.anything(1, 2, z=3), (3).real)
        helpers()
    """)
        == []
    )


def test_a_decorator_that_is_not_imported():
    check("""
        @kernel
         #^^^^^ unknown-name: `kernel` is not defined: import it from `weft`
        def k(x: Tensor[f32, N]):
            pass

        @function()
         #^^^^^^^ unknown-name: `function` is not defined: import it from `weft`
        def f(x):
            return x

        @other
        def g(kernel):
            @kernel
            def h(x):
                return x
            return h
    """)


def test_the_package_that_is_not_imported():
    text = "@weft.kernel\ndef k(x):\n    pass\n"
    [finding] = read(text).findings
    assert (finding.code, finding.message) == ("unknown-name", "`weft` is not defined: write `import weft`")
    for above in (
        "import weft\n",
        "from elsewhere import *\n",
        "weft = 3\n",
        "try:\n    import weft\nexcept ImportError:\n    pass\n",
    ):
        assert not [each for each in read(above + text).findings if each.code == "unknown-name"]

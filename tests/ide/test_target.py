"""Which files need not be read to find the uses of a name."""

import pytest
from weft_lsp.ide.target import taken_names


@pytest.mark.parametrize(
    "text",
    [
        "from kernels import twice",
        "from kernels import thrice, twice as t",
        "from kernels import (\n    thrice,\n    twice,\n)",
        "from kernels import thrice, \\\n    twice",
        "from kernels import thrice, \\\r\n    twice",
        "from kernels import *\ntwice(1)",
        "import kernels\nkernels.twice(1)",
        "import kernels\nkernels . twice(1)",
    ],
)
def test_may_use_a_name_of_another_file(text: str):
    assert "twice" in taken_names(text)


@pytest.mark.parametrize(
    "text",
    [
        "from kernels import thrice",
        "import kernels\n\ndef twice(a):\n    return a\n\ntwice(1)",
        "from kernels import twice_as_much",
        "",
    ],
)
def test_uses_at_most_a_name_of_its_own(text: str):
    assert "twice" not in taken_names(text)

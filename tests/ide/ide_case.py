"""Source text with the mark `$0` for the cursor, read into a Model."""

from textwrap import dedent

from weft.model.model import Model
from weft.model.project import Project
from weft.ops.dialect import DIALECT

PATH = "/project/kernel.py"
HEADER = """\
import weft
from weft import Tensor, f32
from weft.dims import M, N
"""
KERNEL = """
@weft.kernel
def scale(alpha: f32, x: Tensor[f32, M, N]):
    i, j = weft.index(x)
"""


def read(source: str) -> tuple[Model, int]:
    """The Model of a source, below the imports that every kernel file has, and the offset of the mark."""
    marked = HEADER + dedent(source)
    offset = marked.index("$0")
    return Project(DIALECT).read(PATH, marked.replace("$0", "")), offset


def in_kernel(line: str) -> str:
    """A source whose kernel ends with the line."""
    return f"{KERNEL}    {line}\n"

"""Which values differ between the threads of a block, as a reader of the kernel sees it."""

from weft.model.ir import Kernel
from weft.model.kept import kept_with_its_argument
from weft.model.kernel import Analysis
from weft.model.uniformity import Varying, varying_variables
from weft.records import replace


@kept_with_its_argument
def varying_names(function: Analysis) -> Varying | None:
    """The variables of a kernel that differ; None for a device function, where it depends on the call."""
    return varying_variables(_without_edge(function.made)) if function.is_kernel else None


def _without_edge(kernel: Kernel) -> Kernel:
    """Threads outside of the domain do not count: what is computed inside is not different because they skip it."""
    if kernel.domain is None:
        return kernel
    return replace(kernel, body=(*kernel.body[:-1], replace(kernel.domain, everyone=True)))

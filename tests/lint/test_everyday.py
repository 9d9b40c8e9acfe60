"""What is said of kernels as engineers write them: nothing false, and of costs only what is true."""

import pytest
import weft.lint.findings
from annotations import HEADER, read
from everyday import KERNELS

# Costs that these kernels do have. Blelloch's scan strides through its tree, which is known for it, and clears the root
# between two steps that one thread does.
COSTS = {"blelloch": {"bank-conflict", "unneeded-barrier"}}


@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_that_works(name: str):
    found = weft.lint.findings.check(read(HEADER + KERNELS[name]))
    assert [one.message for one in found if one.severity != "information"] == []
    assert {one.code for one in found} == COSTS.get(name, set())

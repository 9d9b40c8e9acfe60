"""The cases of the CPU back end, compiled for a GPU as well: whatever kernel runs there compiles here."""

import pytest
from building import GENERAL
from building import run as run_on_cpu
from cases_on import running_with, shared_tests
from weft.backends import cuda

globals().update(shared_tests())


def compile_and_run(what, arguments, *, specialization=GENERAL, **options) -> None:
    assert cuda.compile(what, specialization, "sm_80").registers > 0
    run_on_cpu(what, arguments, specialization=specialization, **options)


@pytest.fixture(autouse=True, scope="module")
def _compiled_for_both():
    with running_with(compile_and_run):
        yield

"""The functions of this package in memory: compiled once on a machine, then read from the disk cache."""

from functools import cache
from importlib import import_module
from typing import Any

from weft.backends import cache as disk
from weft.backends.native import launch, pool
from weft.backends.native.machine import load_object, machine_name, target_machine

_EXPORTED = {
    "weft_run": pool.run,
    "weft_work": pool.work,
    "weft_stop": pool.stop,
    "weft_launch": launch.launch,
}


def address_of(name: str) -> int:
    """The address of an exported function."""
    return _engine().get_function_address(name)


@cache
def _engine() -> Any:
    name = disk.key("native", *_identity())
    code = disk.read(name)
    if code is None:
        code = import_module("weft.backends.native.build").compile_object(_EXPORTED, target_machine())
        disk.write(name, code)
    return load_object(code)


def _identity() -> list[str]:
    return [disk.installed("numba"), disk.installed("llvmlite"), machine_name(), disk.language()]

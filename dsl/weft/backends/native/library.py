"""The functions of this package in memory: compiled once on a machine, then read from the disk cache."""

import pickle
from importlib import import_module

from weft.backends import cache as disk
from weft.backends.native import launch, pool
from weft.backends.native.memory import Code, Loaded, load, to_code
from weft.backends.native.processor import processor
from weft.once import Once

_EXPORTED = {
    "weft_run": pool.run,
    "weft_work": pool.work,
    "weft_stop": pool.stop,
    "weft_launch": launch.launch,
}


def address_of(name: str) -> int:
    """The address of an exported function."""
    return _loaded().address_of(name)


@Once
def _loaded() -> Loaded:
    name = disk.key("native", *_identity())
    kept = disk.read(name)
    code = _built() if kept is None else pickle.loads(kept)
    if kept is None:
        disk.write(name, pickle.dumps(code, pickle.HIGHEST_PROTOCOL))
    return load(code, {})


def _built() -> Code:
    return to_code(import_module("weft.backends.native.build").compile_object(_EXPORTED))


def _identity() -> list[str]:
    return [disk.installed("numba"), disk.installed("llvmlite"), processor(), disk.language()]

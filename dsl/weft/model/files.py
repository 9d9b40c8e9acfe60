"""The files of modules: where an import finds one, and its text."""

import os
import re
from collections.abc import Callable

# A drive of Windows has one letter.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_LARGEST_FILE_BYTES = 4_000_000


def find(
    name: str,
    from_path: str,
    roots: tuple[str, ...],
    language: tuple[str, str],
    is_there: Callable[[str], bool] = os.path.isfile,
) -> str | None:
    """The file of a module, as an import in `from_path` sees it; None if there is none.

    roots: the folders that imports are looked up in, besides the file's own. language: its package, and the folder of that.
    is_there: whether there is a file, on disk or in an editor that has not saved it yet.
    """
    relative = name.lstrip(".")
    if name.startswith("."):
        base = os.path.dirname(from_path)
        for _ in range(len(name) - len(relative) - 1):
            base = os.path.dirname(base)
        return file_of(base, relative, is_there)
    package, root = language
    if name.partition(".")[0] == package:
        return file_of(root, name)
    bases = (os.path.dirname(from_path), *roots, *(os.path.join(root, "src") for root in roots))
    return next((path for base in bases if base and (path := file_of(base, name, is_there))), None)


def file_of(base: str, dotted: str, is_there: Callable[[str], bool] = os.path.isfile) -> str | None:
    """`base/a/b.py` or `base/a/b/__init__.py`."""
    stem = os.path.join(base, *dotted.split(".")) if dotted else base
    for candidate in (f"{stem}.py", os.path.join(stem, "__init__.py")):
        if is_there(candidate):
            return candidate
    return None


def is_file(path: str) -> bool:
    """Whether a path is one: a text that was never saved goes by its URI, as in `untitled:Untitled-1`."""
    return _SCHEME.match(path) is None


def absolute(path: str) -> str:
    return os.path.abspath(path) if is_file(path) else path


def module_name(path: str) -> str:
    """The dotted name of a file: its folders that are packages, then its own name."""
    folder, file = os.path.split(path)
    parts = [] if file == "__init__.py" else [file.removesuffix(".py")]
    while folder and os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        parts.insert(0, package)
    return ".".join(parts)


def read_file(path: str) -> str | None:
    """The text of a source file; None if it cannot be read."""
    try:
        if os.path.getsize(path) > _LARGEST_FILE_BYTES:
            return None
        with open(path, "rb") as file:
            return file.read().decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return None

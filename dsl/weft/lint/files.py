"""Which directories hold the user's own sources: what the linter and the language server walk through."""

import os

_SKIPPED_DIRECTORIES = frozenset({"node_modules", "build", "__pycache__", "site-packages"})


def is_skipped(directory: str, name: str) -> bool:
    """Whether a directory below another is hidden, generated, or an environment of installed packages."""
    return (
        name.startswith(".")
        or name in _SKIPPED_DIRECTORIES
        or os.path.exists(os.path.join(directory, name, "pyvenv.cfg"))
    )

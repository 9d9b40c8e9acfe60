"""Start the language server from what lies beside this file, and from the standard library, and from nothing else."""

import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 — whatever Python the editor has found starts this.
    sys.exit(f"Weft needs Python 3.11 or newer; this is {sys.version.split()[0]}: {sys.executable}")

_HERE = Path(__file__).resolve().parent
_FOREIGN = ("site-packages", "dist-packages")
sys.path[:] = [
    str(_HERE / "libs"),
    *(path for path in sys.path if Path(path) != _HERE and not path.rstrip("/\\").endswith(_FOREIGN)),
]

if __name__ == "__main__":
    from weft_lsp.__main__ import main

    sys.exit(main())

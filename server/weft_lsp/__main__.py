"""`weft-lsp`, and `python -m weft_lsp`: the door of the server."""

import gc
import sys


def main() -> int:
    # Of what is loaded nothing is garbage: the collector, which would look through it a dozen times, comes when all is there.
    gc.disable()
    # Nobody encrypts here. asyncio does without `ssl` where Python has none, and loading it takes as long as half of asyncio.
    sys.modules["ssl"] = None  # pyright: ignore[reportArgumentType]
    import asyncio  # noqa: F401  # pyright: ignore[reportUnusedImport]

    del sys.modules["ssl"]
    from weft_lsp.lsp import server

    return server.main()


if __name__ == "__main__":
    sys.exit(main())

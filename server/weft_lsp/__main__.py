"""`weft-lsp`, and `python -m weft_lsp`: the door of the server."""

import gc
import sys


def main() -> int:
    # Of what is loaded nothing is garbage: the collector, which would look through it a dozen times, comes when all is there.
    gc.disable()
    from weft_lsp.lsp import server

    return server.main()


if __name__ == "__main__":
    sys.exit(main())

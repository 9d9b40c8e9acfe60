"""The server with one feature broken: the first argument says which. The others are the server's own."""

import sys
from collections.abc import Callable

from weft_lsp.lsp import diagnostics, hover, server


def raising(*arguments: object) -> None:
    raise RuntimeError("injected")


def printing(feature: Callable[..., object]) -> Callable[..., object]:
    def noisy(*arguments: object) -> object:
        print("Content-Length: 3")
        return feature(*arguments)

    return noisy


match sys.argv[1]:
    case "diagnostics":
        diagnostics.diagnostics = raising
    case "print":
        hover.hover = printing(hover.hover)
    case _:
        hover.hover = raising

sys.exit(server.main(sys.argv[2:]))

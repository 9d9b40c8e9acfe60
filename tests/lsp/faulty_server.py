"""The server with features broken: the first argument says which. The others are the server's own."""

import sys
from collections.abc import Callable
from dataclasses import replace

from weft_lsp.lsp import diagnostics, hover, server


def raising(*arguments: object, **options: object) -> None:
    raise RuntimeError("injected")


def printing(feature: Callable[..., object]) -> Callable[..., object]:
    def noisy(*arguments: object, **options: object) -> object:
        print("Content-Length: 3")
        return feature(*arguments, **options)

    return noisy


def raising_once(feature: Callable[..., object]) -> Callable[..., object]:
    failed = False

    def unsure(*arguments: object) -> object:
        nonlocal failed
        if failed:
            return feature(*arguments)
        failed = True
        raise RuntimeError("injected")

    return unsure


match sys.argv[1]:
    case "diagnostics":
        diagnostics.diagnostics = raising
    case "print":
        hover.hover = printing(hover.hover)
    case "each":
        for features in (server.REQUESTS, server.NOTIFICATIONS):
            features[:] = [replace(each, handler=raising_once(each.handler)) for each in features]
        server.PULL_DIAGNOSTICS = replace(
            server.PULL_DIAGNOSTICS, handler=raising_once(server.PULL_DIAGNOSTICS.handler)
        )
    case _:
        hover.hover = raising

sys.exit(server.main(sys.argv[2:]))

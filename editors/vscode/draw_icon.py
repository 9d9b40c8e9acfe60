"""Draw icon.png: a weave, whose weft is bright. `python draw_icon.py` writes it beside this file."""

import struct
import zlib
from pathlib import Path

SIZE = 256
SAMPLES = 4  # for each pixel and axis
BACKGROUND, WARP, WEFT = (27, 34, 48), (92, 112, 148), (118, 214, 160)
CORNER = 48
PITCH, WIDTH, FIRST = 56, 38, 44  # of the threads: from one to the next, across one, the middle of the first
GAP = 5  # the shadow beside the thread that lies on top
COUNT = 4

Color = tuple[int, int, int]


def main() -> None:
    rows = [bytes(value for x in range(SIZE) for value in pixel(x, y)) for y in range(SIZE)]
    Path(__file__).with_name("icon.png").write_bytes(png(rows))


def pixel(x: int, y: int) -> tuple[int, int, int, int]:
    """Red, green, blue and opacity, averaged over the samples."""
    steps = [(step + 0.5) / SAMPLES for step in range(SAMPLES)]
    found = [color for dy in steps for dx in steps if (color := color_at(x + dx, y + dy))]
    if not found:
        return 0, 0, 0, 0
    red, green, blue = (round(sum(channel) / len(found)) for channel in zip(*found, strict=True))
    return red, green, blue, round(255 * len(found) / SAMPLES**2)


def color_at(x: float, y: float) -> Color | None:
    if not is_in_rounded_square(x, y):
        return None
    column, across = nearest_thread(x)
    row, along = nearest_thread(y)
    is_weft_on_top = (row + column) % 2 == 0
    top, top_distance = (WEFT, along) if is_weft_on_top else (WARP, across)
    under, under_distance = (WARP, across) if is_weft_on_top else (WEFT, along)
    if top_distance <= WIDTH / 2:
        return top
    if top_distance <= WIDTH / 2 + GAP:
        return BACKGROUND
    return under if under_distance <= WIDTH / 2 else BACKGROUND


def nearest_thread(position: float) -> tuple[int, float]:
    """Its number, and how far its middle is."""
    number = min(max(round((position - FIRST) / PITCH), 0), COUNT - 1)
    return number, abs(position - FIRST - number * PITCH)


def is_in_rounded_square(x: float, y: float) -> bool:
    dx = max(CORNER - x, x - (SIZE - CORNER), 0)
    dy = max(CORNER - y, y - (SIZE - CORNER), 0)
    return dx * dx + dy * dy <= CORNER * CORNER


def png(rows: list[bytes]) -> bytes:
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    main()

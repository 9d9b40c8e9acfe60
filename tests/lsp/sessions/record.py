"""Record a session of headless Neovim with the server: what is typed is typed.txt.

python tests/lsp/sessions/record.py      # writes neovim.jsonl beside this file
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
KERNEL = HERE.parents[1] / "e2e" / "kernel.py"
PLACE = "/project"


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary).resolve()
        shutil.copy(KERNEL, home / "kernel.py")
        recording = home / "recording.jsonl"
        homes = {f"XDG_{name}_HOME": str(home / name) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
        own = {
            "WEFT_FILE": str(home / "kernel.py"),
            "WEFT_LSP": str(Path(sys.executable).with_name("weft-lsp")),
            "WEFT_RECORDING": str(recording),
            "WEFT_TYPED": str(HERE / "typed.txt"),
        }
        command = ["nvim", "--clean", "--headless", "-n", "-u", "NONE", "-S", str(HERE / "record.lua")]
        subprocess.run(command, env={**os.environ, **homes, **own}, cwd=home, check=True, timeout=120)
        # No path of the machine that recorded it is left.
        text = recording.read_text(encoding="utf-8").replace(str(home), PLACE)
    (HERE / "neovim.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

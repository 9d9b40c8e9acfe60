"""A second Python server in the same window: basedpyright's, in an extension that does no more than its own does."""

import json
import os
import subprocess
import zipfile
from pathlib import Path

from install import basedpyright_server, node_folder

HERE = Path(__file__).parent / "neighbour"
VSCODE = Path(__file__).parents[3] / "editors" / "vscode"


def pack(folder: Path) -> Path:
    """The extension, bundled with the packages that ours is built with."""
    script, package = folder / "extension.js", folder / "neighbour.vsix"
    esbuild = VSCODE / "node_modules" / "esbuild" / "bin" / "esbuild"
    options = ["--bundle", "--platform=node", "--format=cjs", "--external:vscode", "--log-level=warning"]
    server = f"--define:SERVER={json.dumps(str(basedpyright_server()))}"
    subprocess.run(
        [node_folder() / "node", esbuild, HERE / "extension.ts", *options, server, f"--outfile={script}"],
        env={**os.environ, "NODE_PATH": str(VSCODE / "node_modules")},
        check=True,
    )
    with zipfile.ZipFile(package, "w") as archive:
        archive.write(HERE / "package.json", "extension/package.json")
        archive.write(script, "extension/extension.js")
    return package

// What a Python has of Weft, and which server it is that runs. Nothing here knows of VS Code.

import type { Command } from './interpreter.ts';

/** What is installed in a Python's environment. */
export interface Environment {
  /** The version of `weft`; undefined if it is not installed. */
  weft: string | undefined;
  /** Whether the language server's own packages are there. */
  hasServer: boolean;
  backEnds: readonly string[];
}

export const NOTHING: Environment = { weft: undefined, hasServer: false, backEnds: [] };

/** Looks without importing anything of what it finds. */
export const PROBE = `
import importlib.metadata as m, importlib.util as u, json
has = lambda name: u.find_spec(name) is not None
try: version = m.version("weft") if has("weft") else None
except m.PackageNotFoundError: version = None
print("weft-environment", json.dumps({
  "weft": version,
  "hasServer": has("weft_lsp") and has("pygls"),
  "backEnds": [name for name, package in (("cpu", "numba"), ("cuda", "numba_cuda")) if version and has(package)],
}))
`;

/** What the probe printed; undefined for anything else. */
export function readProbe(output: string): Environment | undefined {
  const line = output.split(/\r?\n/).find((each) => each.startsWith('weft-environment '));
  if (!line) return undefined;
  const read = JSON.parse(line.slice('weft-environment '.length)) as Environment & { weft: string | null };
  return { ...read, weft: read.weft ?? undefined };
}

export interface Server {
  /** What follows the interpreter's own command. */
  arguments: readonly string[];
  version: string;
  isBundled: boolean;
}

/** The bundle's server, or the environment's if that is newer and speaks the same language. */
export function chooseServer(bundled: Server, environment: Environment): Server {
  const { weft, hasServer } = environment;
  if (!weft || !hasServer || !isNewerAndCompatible(weft, bundled.version)) return bundled;
  return { arguments: ['-I', '-m', 'weft_lsp'], version: weft, isBundled: false };
}

/** Below 1.0 a minor version may break; from 1.0 on a major one. Pre-releases are not taken. */
export function isNewerAndCompatible(version: string, than: string): boolean {
  const [a, b] = [parsed(version), parsed(than)];
  if (!a || !b || a[0] !== b[0] || (a[0] === 0 && a[1] !== b[1])) return false;
  return a[1] > b[1] || (a[1] === b[1] && a[2] > b[2]);
}

function parsed(version: string): [number, number, number] | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(version);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/** `weft` on the command line of that Python, whether or not its script is on PATH. -P: the current folder has no module of it. */
export function weftCommand([program, ...first]: Command): [program: string, args: string[]] {
  return [program, [...first, '-P', '-m', 'weft']];
}

/** What to do where a Python has not all that compiling and running kernels takes. */
export function lacks(what: string, python: Command): string {
  return (
    `${what} is not installed for ${python.join(' ')}.\n` +
    "The editor's own server reads kernels; compiling and running them takes Weft in your project's environment:\n\n" +
    `    ${python.map(quoted).join(' ')} -m pip install weft`
  );
}

/** For a command line. */
function quoted(word: string): string {
  return /\s/.test(word) ? `"${word}"` : word;
}

// Which Python runs the server. Nothing here knows of VS Code: the system is passed in.

import { joined, knownPlaces, listedByLauncher } from './places.ts';

export const OLDEST: Version = [3, 11];

export type Version = readonly [major: number, minor: number];

/** A program with its first arguments, as `py -3`. The program is an absolute path. */
export type Command = readonly [program: string, ...args: string[]];

export interface System {
  platform: 'windows' | 'macos' | 'linux';
  /** The folders of PATH, in its order. */
  searchPath: readonly string[];
  isFile(path: string): boolean;
  /** The names of the folders in a folder; none if there is no such folder. */
  foldersIn(path: string): string[];
  /** A variable of the environment. */
  variable(name: string): string | undefined;
  /** The path without symbolic links. */
  realPath(path: string): string;
  /** The version of the Python that a command starts; undefined if it starts none. */
  versionOf(command: Command): Promise<Version | undefined>;
  /** What a program prints; nothing if it cannot be started or fails. */
  outputOf(command: Command): Promise<string>;
}

export interface Wishes {
  /** `weft.interpreter`; empty if not set. */
  setting: string;
  /** What the Python extension has chosen, if that extension is there. */
  chosen: string | undefined;
  /** The folders of the workspace. */
  folders: readonly string[];
  isTrusted: boolean;
}

export type Source =
  | 'weft.interpreter'
  | 'the Python extension'
  | "the workspace's .venv"
  | 'PATH'
  | 'the launcher'
  | 'uv'
  | 'pyenv'
  | 'conda'
  | 'python.org'
  | 'the system';

export interface Candidate {
  command: Command;
  source: Source;
}

export interface Interpreter extends Candidate {
  version: Version;
}

export interface Rejected {
  source: Source;
  what: string;
}

export type Search = { found: Interpreter } | { found: undefined; rejected: Rejected[] };

/** The first Python that is new enough. A setting that cannot be used ends the search: it is the user's word. */
export async function findInterpreter(wishes: Wishes, system: System): Promise<Search> {
  const rejected: Rejected[] = [];
  if (wishes.setting) {
    const command = resolve(wishes.setting, system);
    const source = 'weft.interpreter';
    if (!command) return { found: undefined, rejected: [{ source, what: `${wishes.setting} is not a file` }] };
    return (await tried({ command, source }, system, rejected)) ?? { found: undefined, rejected };
  }
  for await (const candidate of candidates(wishes, system)) {
    const search = await tried(candidate, system, rejected);
    if (search) return search;
  }
  return { found: undefined, rejected };
}

/** One sentence for the user: what was looked for, and what was there instead. */
export function describeFailure(rejected: readonly Rejected[]): string {
  const needs = `Weft needs Python ${OLDEST.join('.')} or newer to run its language server`;
  if (rejected.length === 0) return `${needs}, and found no Python.`;
  return `${needs}. ${rejected.map(({ source, what }) => `${what} (from ${source})`).join('; ')}.`;
}

async function* candidates(wishes: Wishes, system: System): AsyncIterable<Candidate> {
  const { chosen, folders, isTrusted } = wishes;
  const mayRun = (path: string) => isTrusted || !isWithin(path, folders, system);
  if (chosen && system.isFile(chosen) && mayRun(chosen)) yield { command: [chosen], source: 'the Python extension' };
  if (isTrusted) {
    for (const folder of folders) {
      const path = joined(system, folder, '.venv', ...inEnvironment(system));
      if (system.isFile(path)) yield { command: [path], source: "the workspace's .venv" };
    }
  }
  for (const command of onPath(system)) {
    if (mayRun(command[0])) yield { command, source: 'PATH' };
  }
  for (const launcher of launchers(system)) {
    if (!mayRun(launcher)) continue;
    yield { command: [launcher, '-3'], source: 'PATH' };
    for (const path of listedByLauncher(await system.outputOf([launcher, '-0p']))) {
      if (system.isFile(path) && mayRun(path)) yield { command: [path], source: 'the launcher' };
    }
  }
  for (const candidate of knownPlaces(system)) {
    if (mayRun(candidate.command[0])) yield candidate;
  }
}

function* onPath(system: System): Iterable<Command> {
  for (const name of ['python3.11', 'python3.12', 'python3.13', 'python3.14', 'python3', 'python']) {
    for (const path of allOnPath(name, system)) {
      if (!isDialogue(path, system)) yield [path];
    }
  }
}

/** `py` of Windows, which knows the Pythons that are not on PATH. */
function launchers(system: System): string[] {
  return system.platform === 'windows' ? allOnPath('py', system) : [];
}

/** Where Xcode's tools are not installed, macOS has a program of that name that asks for them in a window, and is no Python. */
function isDialogue(path: string, system: System): boolean {
  return system.platform === 'macos' && folderOf(path) === '/usr/bin' && !APPLE_PYTHONS.some((each) => system.isFile(each));
}

const APPLE_PYTHONS = [
  '/Library/Developer/CommandLineTools/usr/bin/python3',
  '/Applications/Xcode.app/Contents/Developer/usr/bin/python3',
];

async function tried(candidate: Candidate, system: System, rejected: Rejected[]): Promise<Search | undefined> {
  const version = await system.versionOf(candidate.command);
  if (version && isNewEnough(version)) return { found: { ...candidate, version } };
  const what = version ? `is Python ${version.join('.')}` : 'does not start as Python';
  rejected.push({ source: candidate.source, what: `${candidate.command.join(' ')} ${what}` });
  return undefined;
}

export function isNewEnough([major, minor]: Version): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function resolve(setting: string, system: System): Command | undefined {
  const path = isAbsolute(setting, system) ? setting : allOnPath(setting, system)[0];
  return path && system.isFile(path) ? [path] : undefined;
}

/** The folders of PATH. In Windows one whose name has a semicolon may stand in quotes. */
export function searchPath(value: string, platform: System['platform']): string[] {
  const folders = platform === 'windows' ? (value.match(/("[^"]*"|[^;"])+/g) ?? []).map((each) => each.replaceAll('"', '')) : value.split(':');
  return folders.map((folder) => (platform === 'windows' ? folder.trim() : folder)).filter((folder) => folder !== '');
}

/**
 * Never a relative folder of PATH: that is the current folder's program, whoever wrote it. Nor one of Windows' drives, as WSL
 * has them: what lies there reads no path of Linux.
 */
function allOnPath(name: string, system: System): string[] {
  if (/[/\\]/.test(name)) return [];
  const file = system.platform === 'windows' && !name.toLowerCase().endsWith('.exe') ? `${name}.exe` : name;
  const isForeign = (folder: string) => system.variable('WSL_DISTRO_NAME') !== undefined && /^\/mnt\/[a-z](\/|$)/.test(folder);
  const folders = system.searchPath.filter((folder) => isAbsolute(folder, system) && !isForeign(folder));
  return folders.map((folder) => joined(system, folder, file)).filter((path) => system.isFile(path));
}

function inEnvironment(system: System): string[] {
  return system.platform === 'windows' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
}

function isAbsolute(path: string, system: System): boolean {
  return system.platform === 'windows' ? /^([A-Za-z]:[/\\]|\\\\)/.test(path) : path.startsWith('/');
}

/** By its name or by where its links lead: an environment's Python is a link out of it, and reads files of it. */
function isWithin(path: string, folders: readonly string[], system: System): boolean {
  const both = (some: string) => [some, system.realPath(some)].map((form) => comparable(form, system));
  const [paths, parents] = [[...both(path), ...both(folderOf(path))], folders.flatMap(both)];
  return parents.some((parent) => paths.some((form) => form === parent || form.startsWith(`${parent}/`)));
}

function folderOf(path: string): string {
  return path.replace(/[/\\][^/\\]*$/, '');
}

function comparable(path: string, system: System): string {
  const plain = system.platform === 'windows' ? path.replaceAll('\\', '/').toLowerCase() : path;
  return plain.replace(/\/+/g, '/').replace(/\/$/, '');
}

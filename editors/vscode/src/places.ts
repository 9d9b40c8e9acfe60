// Where tools and installers put a Python that is not on PATH: an editor started from a dock or a menu has a short PATH.

import type { Candidate, Command, Source, System } from './interpreter.ts';

/** Newest first within each place. */
export function* knownPlaces(system: System): Iterable<Candidate> {
  const places = system.platform === 'windows' ? onWindows(system) : onPosix(system);
  for (const [source, path] of places) {
    if (system.isFile(path)) yield { command: [path] as Command, source };
  }
}

function* onPosix(system: System): Iterable<[Source, string]> {
  const home = system.variable('HOME') ?? '';
  const conda = system.variable('CONDA_PREFIX');
  if (conda) yield ['conda', `${conda}/bin/python`];
  if (home) {
    const data = system.variable('XDG_DATA_HOME') ?? `${home}/.local/share`;
    yield* each(system, 'uv', `${data}/uv/python`, 'bin/python3');
    yield* each(system, 'pyenv', `${system.variable('PYENV_ROOT') ?? `${home}/.pyenv`}/versions`, 'bin/python3');
    for (const name of CONDAS) yield ['conda', `${home}/${name}/bin/python`];
  }
  for (const name of CONDAS) yield ['conda', `/opt/${name}/bin/python`];
  yield* each(system, 'python.org', '/Library/Frameworks/Python.framework/Versions', 'bin/python3');
  for (const folder of ['/opt/homebrew/bin', '/usr/local/bin', '/usr/bin']) {
    for (const minor of [14, 13, 12, 11]) yield ['the system', `${folder}/python3.${minor}`];
  }
}

function* onWindows(system: System): Iterable<[Source, string]> {
  const home = system.variable('USERPROFILE') ?? '';
  const [local, roaming] = [system.variable('LOCALAPPDATA') ?? '', system.variable('APPDATA') ?? ''];
  const conda = system.variable('CONDA_PREFIX');
  if (conda) yield ['conda', `${conda}\\python.exe`];
  if (roaming) yield* each(system, 'uv', `${roaming}\\uv\\python`, 'python.exe');
  if (home) {
    yield* each(system, 'pyenv', `${home}\\.pyenv\\pyenv-win\\versions`, 'python.exe');
    for (const name of CONDAS) yield ['conda', `${home}\\${name}\\python.exe`];
  }
  if (local) yield* each(system, 'python.org', `${local}\\Programs\\Python`, 'python.exe');
}

const CONDAS = ['miniforge3', 'miniconda3', 'anaconda3', 'mambaforge'];

function* each(system: System, source: Source, folder: string, rest: string): Iterable<[Source, string]> {
  const separator = system.platform === 'windows' ? '\\' : '/';
  for (const name of system.foldersIn(folder).sort(newestFirst)) {
    const path = [folder, name, rest.replaceAll('/', separator)].join(separator);
    yield [source, path];
  }
}

/** By the numbers in the names: 3.12 before 3.9. */
function newestFirst(a: string, b: string): number {
  const [x, y] = [a, b].map((name) => (name.match(/\d+/g) ?? []).map(Number)) as [number[], number[]];
  for (let at = 0; at < Math.max(x.length, y.length); at++) {
    const difference = (y[at] ?? 0) - (x[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

// Where tools and installers put a Python that is not on PATH: an editor started from a dock or a menu has a short PATH.

import type { Candidate, Source, System } from './interpreter.ts';

/** Newest first within each place. */
export function* knownPlaces(system: System): Iterable<Candidate> {
  const places = system.platform === 'windows' ? onWindows(system) : onPosix(system);
  for (const [source, path] of places) {
    if (system.isFile(path)) yield { command: [path], source };
  }
}

/** The programs that `py -0p` lists: of Python's launcher of each age, and of the install manager that follows it. */
export function listedByLauncher(output: string): string[] {
  return output.split(/\r?\n/).flatMap((line) => /^\s*-\S+\s+(?:\*\s+)?([A-Za-z]:\\.*?\.exe)\s*\*?\s*$/i.exec(line)?.[1] ?? []);
}

export function joined(system: System, folder: string, ...parts: string[]): string {
  const [separator, ending] = system.platform === 'windows' ? ['\\', /[/\\]+$/] : ['/', /\/+$/];
  return [folder.replace(ending, ''), ...parts].join(separator);
}

type Place = [Source, string];

function* onPosix(system: System): Iterable<Place> {
  const home = system.variable('HOME');
  const conda = system.variable('CONDA_PREFIX');
  if (conda) yield ['conda', joined(system, conda, 'bin', 'python')];
  if (home) {
    const data = system.variable('XDG_DATA_HOME') ?? `${home}/.local/share`;
    yield* each(system, 'uv', system.variable('UV_PYTHON_INSTALL_DIR') ?? `${data}/uv/python`, 'bin', 'python3');
    yield* each(system, 'pyenv', joined(system, system.variable('PYENV_ROOT') ?? `${home}/.pyenv`, 'versions'), 'bin', 'python3');
  }
  const parents = [...(home ? [home, `${home}/opt`] : []), '/opt'];
  for (const parent of parents) for (const name of CONDAS) yield ['conda', `${parent}/${name}/bin/python`];
  // Where Docker's images of conda have it, and Homebrew's.
  for (const folder of ['/opt/conda', '/opt/homebrew/Caskroom/miniforge/base', '/opt/homebrew/Caskroom/miniconda/base']) {
    yield ['conda', `${folder}/bin/python`];
  }
  yield* each(system, 'python.org', '/Library/Frameworks/Python.framework/Versions', 'bin', 'python3');
  for (const folder of ['/opt/homebrew/bin', '/opt/local/bin', '/usr/local/bin', '/usr/bin']) {
    for (const minor of [14, 13, 12, 11]) yield ['the system', `${folder}/python3.${minor}`];
  }
}

function* onWindows(system: System): Iterable<Place> {
  const home = system.variable('USERPROFILE');
  const [local, roaming] = [system.variable('LOCALAPPDATA'), system.variable('APPDATA')];
  const conda = system.variable('CONDA_PREFIX');
  if (conda) yield ['conda', joined(system, conda, 'python.exe')];
  const uv = system.variable('UV_PYTHON_INSTALL_DIR');
  for (const folder of uv ? [uv] : roaming ? [`${roaming}\\uv\\python`, `${roaming}\\uv\\data\\python`] : []) {
    yield* each(system, 'uv', folder, 'python.exe');
  }
  const pyenv = system.variable('PYENV') ?? (home && `${home}\\.pyenv\\pyenv-win`);
  if (pyenv) yield* each(system, 'pyenv', joined(system, pyenv, 'versions'), 'python.exe');
  for (const parent of [home, local, system.variable('ProgramData')]) {
    if (parent) for (const name of CONDAS) yield ['conda', `${parent}\\${name}\\python.exe`];
  }
  // The install manager's, then the installer's for one user and for all.
  if (local) yield* each(system, 'python.org', `${local}\\Python`, 'python.exe');
  if (local) yield* each(system, 'python.org', `${local}\\Programs\\Python`, 'python.exe');
  const programs = system.variable('ProgramFiles');
  const isPython = (name: string) => /^Python\d/i.test(name);
  if (programs) yield* each({ ...system, foldersIn: (path) => system.foldersIn(path).filter(isPython) }, 'python.org', programs, 'python.exe');
}

const CONDAS = ['miniforge3', 'miniconda3', 'anaconda3', 'mambaforge'];

function* each(system: System, source: Source, folder: string, ...rest: string[]): Iterable<Place> {
  for (const name of system.foldersIn(folder).sort(newestFirst)) yield [source, joined(system, folder, name, ...rest)];
}

/** By the numbers in the names: 3.12 before 3.9. `Python313`, as the installer writes it, has its point left out. */
function newestFirst(a: string, b: string): number {
  const [x, y] = [numbers(a), numbers(b)];
  for (let at = 0; at < Math.max(x.length, y.length); at++) {
    const difference = (y[at] ?? 0) - (x[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbers(name: string): number[] {
  const pointless = /^Python(\d)(\d+)/.exec(name);
  return (pointless ? pointless.slice(1) : (name.match(/\d+/g) ?? [])).map(Number);
}

// The search in whole systems: the folders that a Linux, a macOS and a Windows machine had, as far as Pythons go.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { describeFailure, findInterpreter, searchPath, type System, type Version } from '../src/interpreter.ts';
import { listedByLauncher } from '../src/places.ts';

interface Tree {
  platform: System['platform'];
  variables: Record<string, string>;
  /** The version that a file starts; null for one that is there and starts none. */
  files: Record<string, string | null>;
  /** What commands print. */
  printed?: Record<string, string>;
}

function recorded(name: string): Tree {
  return JSON.parse(readFileSync(new URL(`trees/${name}.json`, import.meta.url), 'utf8')) as Tree;
}

function system({ platform, variables, files, printed }: Tree): System {
  const separator = platform === 'windows' ? '\\' : '/';
  const versionOf = async ([program]: readonly string[]): Promise<Version | undefined> => {
    const starts = files[program ?? ''] ?? '';
    assert.notEqual(starts, 'dialogue', `${program} asks the user something`);
    const [major, minor] = starts.split('.').map(Number);
    return major && minor ? [major, minor] : undefined;
  };
  return {
    platform,
    searchPath: searchPath(variables['PATH'] ?? '', platform),
    isFile: (path) => path in files,
    foldersIn: (folder) => {
      const below = Object.keys(files).filter((path) => path.startsWith(folder + separator));
      return [...new Set(below.map((path) => path.slice(folder.length + 1).split(separator)[0] ?? ''))];
    },
    variable: (name) => variables[name],
    realPath: (path) => path,
    versionOf,
    outputOf: async (command) => printed?.[command.join(' ')] ?? '',
  };
}

/** What is found, when these are taken away. */
async function found(name: string, without: RegExp = /^$/, wishes = {}): Promise<string> {
  const tree = recorded(name);
  for (const path of Object.keys(tree.files)) if (without.test(path)) delete tree.files[path];
  for (const command of Object.keys(tree.printed ?? {})) if (without.test(command)) delete tree.printed?.[command];
  const nothing = { setting: '', chosen: undefined, folders: [], isTrusted: true };
  const search = await findInterpreter({ ...nothing, ...wishes }, system(tree));
  if (!search.found) return describeFailure(search.rejected);
  const { command, source, version } = search.found;
  return `${command.join(' ')} ${version.join('.')} (${source})`;
}

test('Linux: the newest of uv, when PATH has only an old one', async () => {
  const uv = '/home/ada/.local/share/uv/python/cpython-3.12.7-linux-x86_64-gnu/bin/python3';
  assert.equal(await found('linux'), `${uv} 3.12 (uv)`);
});

test('Linux: then the newest of pyenv, then conda', async () => {
  assert.equal(await found('linux', /uv/), '/home/ada/.pyenv/versions/3.13.0/bin/python3 3.13 (pyenv)');
  assert.equal(await found('linux', /uv|pyenv/), '/home/ada/miniforge3/bin/python 3.12 (conda)');
});

test('Linux: nothing but an old one', async () => {
  assert.equal(
    await found('linux', /ada/),
    'Weft needs Python 3.11 or newer to run its language server. ' +
      '/usr/bin/python3 is Python 3.10 (from PATH).',
  );
});

test('Linux: a home folder that is the untrusted workspace is not looked into', async () => {
  const untrusted = { folders: ['/home/ada'], isTrusted: false };
  assert.match(await found('linux', /^$/, untrusted), /^Weft needs Python 3.11/);
});

test("macOS: pyenv's, when the editor was started from the Dock", async () => {
  assert.equal(await found('macos'), '/Users/ada/.pyenv/versions/3.11.8/bin/python3 3.11 (pyenv)');
});

test("macOS: python.org's, then Homebrew's", async () => {
  const framework = '/Library/Frameworks/Python.framework/Versions/3.13/bin/python3';
  assert.equal(await found('macos', /pyenv|Caskroom/), `${framework} 3.13 (python.org)`);
  assert.equal(await found('macos', /pyenv|Framework|Caskroom/), '/opt/homebrew/bin/python3.12 3.12 (the system)');
});

const ROAMING = 'C:\\Users\\Ada\\AppData\\Roaming';

test("Windows: python.org's launcher, which is on PATH where its Pythons are not", async () => {
  assert.equal(await found('windows'), 'C:\\Windows\\py.exe -3 3.13 (PATH)');
});

test("Windows: the store's stubs on PATH start nothing; uv's does", async () => {
  assert.equal(await found('windows', /Windows\\py/), `${ROAMING}\\uv\\python\\cpython-3.12.7-windows-x86_64-none\\python.exe 3.12 (uv)`);
});

test("Windows: then pyenv-win's, conda's and python.org's", async () => {
  const home = 'C:\\Users\\Ada';
  assert.equal(await found('windows', /Windows\\py|uv/), `${home}\\.pyenv\\pyenv-win\\versions\\3.11.9\\python.exe 3.11 (pyenv)`);
  assert.equal(await found('windows', /Windows\\py|uv|pyenv/), `${home}\\miniconda3\\python.exe 3.12 (conda)`);
  const installed = `${home}\\AppData\\Local\\Programs\\Python\\Python313\\python.exe`;
  assert.equal(await found('windows', /Windows\\py|uv|pyenv|conda/), `${installed} 3.13 (python.org)`);
});

test("Windows: what the launcher lists, when its own choice is too old and no installer's folder is the usual one", async () => {
  const launcher = 'C:\\WINDOWS\\py.exe';
  assert.equal(await found('windows-umlauts'), 'E:\\Programme\\Python 3.12\\python.exe 3.12 (the launcher)');
  const old = await found('windows-umlauts', /Programme|uv|versions|conda|miniforge|pythoncore-3.14|Python312/);
  assert.match(old, new RegExp(`${launcher.replaceAll('\\', '\\\\')} -3 is Python 3.9 \\(from PATH\\); .*Python39\\\\python.exe is Python 3.9 \\(from the launcher\\)`));
});

test('the lists of launchers of each age', () => {
  const newest = ' -V:3.14[-64] * C:\\Users\\李 雷\\AppData\\Local\\Python\\pythoncore-3.14-64\\python.exe\r\n';
  assert.deepEqual(listedByLauncher(newest), ['C:\\Users\\李 雷\\AppData\\Local\\Python\\pythoncore-3.14-64\\python.exe']);
  const company = ' -V:Astral/CPython3.12.7 C:\\uv\\python.exe\r\n -V:3.11          C:\\Program Files\\Python311\\python.exe\r\n';
  assert.deepEqual(listedByLauncher(company), ['C:\\uv\\python.exe', 'C:\\Program Files\\Python311\\python.exe']);
  const oldest = 'Installed Pythons found by py Launcher for Windows\r\n -3.8-64\tC:\\Python 38\\python.exe *\r\n';
  assert.deepEqual(listedByLauncher(oldest), ['C:\\Python 38\\python.exe']);
  assert.deepEqual(listedByLauncher('No installed Pythons found!\r\n'), []);
});

test('Windows: blanks, umlauts, quotes and empty parts in paths and in PATH', async () => {
  const home = 'C:\\Users\\Jürgen Groß';
  const workspace = { folders: ['D:\\Projekte\\Größe 1\\'] };
  assert.equal(await found('windows-umlauts', /^$/, workspace), "D:\\Projekte\\Größe 1\\.venv\\Scripts\\python.exe 3.12 (the workspace's .venv)");
  const untrusted = { folders: ['d:/projekte/größe 1'], isTrusted: false, chosen: 'D:\\Projekte\\Größe 1\\.venv\\Scripts\\python.exe' };
  assert.equal(await found('windows-umlauts', /py\.exe/, untrusted), `${home}\\AppData\\Roaming\\uv\\data\\python\\cpython-3.11.10-windows-x86_64-none\\python.exe 3.11 (uv)`);
  assert.equal(await found('windows-umlauts', /py\.exe|uv/), `${home}\\.pyenv\\pyenv-win\\versions\\3.13.1\\python.exe 3.13 (pyenv)`);
  assert.equal(await found('windows-umlauts', /py\.exe|uv|pyenv/), `${home}\\AppData\\Local\\miniconda3\\python.exe 3.12 (conda)`);
  assert.equal(await found('windows-umlauts', /py\.exe|uv|pyenv|miniconda/), 'C:\\ProgramData\\miniforge3\\python.exe 3.13 (conda)');
});

test("Windows: the install manager's newest, then that of all users; no Python of another program", async () => {
  const manager = 'C:\\Users\\Jürgen Groß\\AppData\\Local\\Python\\pythoncore-3.14-64\\python.exe';
  const others = /py\.exe|uv|pyenv|mini/;
  assert.equal(await found('windows-umlauts', others), `${manager} 3.14 (python.org)`);
  assert.equal(await found('windows-umlauts', /py\.exe|uv|pyenv|mini|pythoncore/), 'C:\\Program Files\\Python312\\python.exe 3.12 (python.org)');
  assert.match(await found('windows-umlauts', /py\.exe|uv|pyenv|mini|pythoncore|Python312/), /^Weft needs/);
});

test('Windows: old Pythons of PATH are named when there is no other', async () => {
  assert.equal(
    await found('windows-umlauts', /py\.exe|uv|pyenv|mini|pythoncore|Python312|Python39/),
    'Weft needs Python 3.11 or newer to run its language server. ' +
      'C:\\Program Files (x86)\\Werkzeuge; alt\\python.exe is Python 2.7 (from PATH); ' +
      'D:\\Sprachen\\Python 3\\python.exe is Python 3.10 (from PATH).',
  );
});

test('WSL: no Python of Windows, whose drives are on PATH', async () => {
  assert.equal(await found('wsl'), '/mnt/data/tools/bin/python3.12 3.12 (PATH)');
  assert.match(await found('wsl', /data/), /\/usr\/bin\/python3 is Python 3.10 \(from PATH\)\.$/);
  assert.equal(await found('wsl', /data/, { folders: ['/home/ada/Größe 1'] }), "/home/ada/Größe 1/.venv/bin/python 3.11 (the workspace's .venv)");
});

test('SSH: where variables say that uv and pyenv have theirs, on a host with an old system', async () => {
  assert.equal(await found('ssh'), '/scratch/uv pythons/cpython-3.13.2-linux-aarch64-gnu/bin/python3 3.13 (uv)');
  assert.equal(await found('ssh', /uv/), '/shared/pyenv/versions/3.12.4/bin/python3 3.12 (pyenv)');
  assert.equal(await found('ssh', /uv|pyenv/), '/home/ada/opt/anaconda3/bin/python 3.11 (conda)');
});

test("a container: conda's, of Docker's images", async () => {
  assert.equal(await found('container'), '/opt/conda/bin/python 3.11 (conda)');
});

test('macOS: the program that asks for Xcode is not started', async () => {
  const uv = '/Users/李 雷/.local/share/uv/python/cpython-3.12.7-macos-aarch64-none/bin/python3';
  assert.equal(await found('macos-bare'), `${uv} 3.12 (uv)`);
  assert.equal(await found('macos-bare', /uv/), 'Weft needs Python 3.11 or newer to run its language server, and found no Python.');
  const workspace = { folders: ['/Users/李 雷/Code/kernels α'] };
  assert.equal(await found('macos-bare', /^$/, workspace), "/Users/李 雷/Code/kernels α/.venv/bin/python 3.12 (the workspace's .venv)");
});

test("macOS: Homebrew's conda and MacPorts", async () => {
  const others = /pyenv|Framework|homebrew\/bin/;
  assert.equal(await found('macos', others), '/opt/homebrew/Caskroom/miniforge/base/bin/python 3.12 (conda)');
  assert.equal(await found('macos', /pyenv|Framework|homebrew/), '/opt/local/bin/python3.11 3.11 (the system)');
});

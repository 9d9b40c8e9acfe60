// The search in whole systems: the folders that a Linux, a macOS and a Windows machine had, as far as Pythons go.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { describeFailure, findInterpreter, type System, type Version } from '../src/interpreter.ts';

interface Tree {
  platform: System['platform'];
  variables: Record<string, string>;
  /** The version that a file starts; null for one that is there and starts none. */
  files: Record<string, string | null>;
}

function recorded(name: string): Tree {
  return JSON.parse(readFileSync(new URL(`trees/${name}.json`, import.meta.url), 'utf8')) as Tree;
}

function system({ platform, variables, files }: Tree): System {
  const separator = platform === 'windows' ? '\\' : '/';
  const versionOf = async ([program]: readonly string[]): Promise<Version | undefined> => {
    const [major, minor] = (files[program ?? ''] ?? '').split('.').map(Number);
    return major && minor ? [major, minor] : undefined;
  };
  return {
    platform,
    searchPath: (variables['PATH'] ?? '').split(platform === 'windows' ? ';' : ':'),
    isFile: (path) => path in files,
    foldersIn: (folder) => {
      const below = Object.keys(files).filter((path) => path.startsWith(folder + separator));
      return [...new Set(below.map((path) => path.slice(folder.length + 1).split(separator)[0] ?? ''))];
    },
    variable: (name) => variables[name],
    realPath: (path) => path,
    versionOf,
  };
}

/** What is found, when these are taken away. */
async function found(name: string, without: RegExp = /^$/, wishes = {}): Promise<string> {
  const tree = recorded(name);
  for (const path of Object.keys(tree.files)) if (without.test(path)) delete tree.files[path];
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
  assert.equal(await found('macos', /pyenv/), `${framework} 3.13 (python.org)`);
  assert.equal(await found('macos', /pyenv|Framework/), '/opt/homebrew/bin/python3.12 3.12 (the system)');
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

// The real system: files and processes, in folders whose names have blanks and letters from elsewhere.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { findInterpreter } from '../src/interpreter.ts';
import { environmentOf, thisSystem } from '../src/python.ts';

const PYTHON = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
const FOLDER = mkdtempSync(join(tmpdir(), 'weft Größe 李 $(x) '));
after(() => rmSync(FOLDER, { recursive: true }));

function file(name: string, text: string, mode: number): string {
  const path = join(FOLDER, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

test('a Python below any name is asked for its version', async () => {
  const link = join(FOLDER, 'python 3');
  symlinkSync(PYTHON, link);
  const version = await thisSystem(FOLDER).versionOf([link]);
  assert.equal(version?.[0], 3);
  assert.deepEqual(await thisSystem(FOLDER).versionOf([PYTHON]), version);
  assert.equal(typeof (await environmentOf([link], FOLDER)).hasServer, 'boolean');
});

test("the workspace's environment is found below any name", async () => {
  const program = file('work/.venv/bin/python', `#!/bin/sh\nexec "${PYTHON}" "$@"\n`, 0o755);
  const wishes = { setting: '', chosen: undefined, folders: [join(FOLDER, 'work')], isTrusted: true };
  const { found } = await findInterpreter(wishes, thisSystem(FOLDER));
  assert.deepEqual(found?.command, [program]);
});

test('what starts no Python has no version, and nothing is raised', async () => {
  const system = thisSystem(FOLDER);
  const programs = {
    fails: file('fails', '#!/bin/sh\nexit 3\n', 0o755),
    speaks: file('speaks', '#!/bin/sh\necho Python was not found\n', 0o755),
    'is no program': file('text', 'text', 0o644),
    'is a folder': FOLDER,
    'is not there': join(FOLDER, 'gone'),
    'is no path': 'a\0b',
  };
  for (const [what, path] of Object.entries(programs)) assert.equal(await system.versionOf([path]), undefined, what);
});

test('broken links and files in the place of folders are no Pythons', () => {
  const system = thisSystem(FOLDER);
  symlinkSync(join(FOLDER, 'nowhere'), join(FOLDER, 'broken'));
  assert.equal(system.isFile(join(FOLDER, 'broken')), false);
  assert.equal(system.isFile(join(file('plain', '', 0o644), 'python3')), false);
  assert.deepEqual(system.foldersIn(join(FOLDER, 'plain')), []);
  assert.equal(system.realPath(join(FOLDER, 'gone')), join(FOLDER, 'gone'));
});

test('what is there and cannot be looked at may be tried', async () => {
  const system = thisSystem(FOLDER);
  symlinkSync(join(FOLDER, 'circle'), join(FOLDER, 'circle'));
  assert.equal(system.isFile(join(FOLDER, 'circle')), true);
  assert.equal(await system.versionOf([join(FOLDER, 'circle')]), undefined);
});

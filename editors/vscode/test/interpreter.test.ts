import assert from 'node:assert/strict';
import { test } from 'node:test';

import { describeFailure, findInterpreter, type System, type Version, type Wishes } from '../src/interpreter.ts';

const NOTHING: Wishes = { setting: '', chosen: undefined, folders: [], isTrusted: true };

/** A system with these files. A file without a version is there and is no Python. */
function system(
  files: Record<string, Version | undefined>,
  searchPath: string[],
  platform: System['platform'] = 'linux',
  links: Record<string, string> = {},
): System {
  const versionOf = async ([program]: readonly string[]) => files[program ?? ''];
  const realPath = (path: string) => links[path] ?? path;
  return { platform, searchPath, isFile: (path) => path in files, foldersIn: () => [], variable: () => undefined, realPath, versionOf, outputOf: async () => '' };
}

async function check(wishes: Partial<Wishes>, on: System, expected: string): Promise<void> {
  const search = await findInterpreter({ ...NOTHING, ...wishes }, on);
  const { found } = search;
  assert.equal(found ? `${found.command.join(' ')} (${found.source})` : describeFailure(search.rejected), expected);
}

const EVERYTHING = system(
  { '/set/python': [3, 12], '/chosen/python': [3, 13], '/project/.venv/bin/python': [3, 11], '/bin/python3': [3, 11] },
  ['/bin'],
);

test('the setting comes first', () =>
  check({ setting: '/set/python', chosen: '/chosen/python' }, EVERYTHING, '/set/python (weft.interpreter)'));

test('a name in the setting is looked up in PATH', () =>
  check({ setting: 'python3' }, EVERYTHING, '/bin/python3 (weft.interpreter)'));

test('a setting that is no file ends the search', () =>
  check(
    { setting: '/gone', chosen: '/chosen/python' },
    EVERYTHING,
    'Weft needs Python 3.11 or newer to run its language server. /gone is not a file (from weft.interpreter).',
  ));

test("the Python extension's choice comes before the workspace's environment", () =>
  check({ chosen: '/chosen/python', folders: ['/project'] }, EVERYTHING, '/chosen/python (the Python extension)'));

test("the workspace's environment comes before PATH", () =>
  check({ folders: ['/project'] }, EVERYTHING, "/project/.venv/bin/python (the workspace's .venv)"));

test('nothing of an untrusted workspace is run', async () => {
  const untrusted = { folders: ['/project'], isTrusted: false };
  await check(untrusted, EVERYTHING, '/bin/python3 (PATH)');
  await check({ ...untrusted, chosen: '/project/.venv/bin/python' }, EVERYTHING, '/bin/python3 (PATH)');
  const inside = system({ '/project/bin/python3': [3, 12] }, ['/project/bin', 'bin', '.']);
  await check(
    untrusted,
    inside,
    'Weft needs Python 3.11 or newer to run its language server, and found no Python.',
  );
});

test('a folder whose name begins as the workspace does is not in it', () =>
  check(
    { folders: ['/project'], chosen: '/project2/python', isTrusted: false },
    system({ '/project2/python': [3, 11] }, []),
    '/project2/python (the Python extension)',
  ));

test('links hide nothing of an untrusted workspace', async () => {
  const untrusted = { isTrusted: false, chosen: '/disk/work/.venv/bin/python', folders: ['/home/work'] };
  const files: Record<string, Version> = { '/disk/work/.venv/bin/python': [3, 12], '/bin/python3': [3, 11] };
  const links = { '/home/work': '/disk/work', '/disk/work/.venv/bin/python': '/usr/bin/python3.12' };
  await check(untrusted, system(files, ['/bin'], 'linux', links), '/bin/python3 (PATH)');
});

test('an old Python is passed over', () =>
  check(
    { folders: ['/project'] },
    system({ '/project/.venv/bin/python': [3, 9], '/bin/python3': [3, 10], '/usr/bin/python3': [3, 14] }, ['/bin', '/usr/bin']),
    '/usr/bin/python3 (PATH)',
  ));

test('a newer Python by name comes before an older python3', () =>
  check({}, system({ '/bin/python3': [3, 9], '/opt/python3.12': [3, 12] }, ['/bin', '/opt']), '/opt/python3.12 (PATH)'));

test('a failure names what was there', () =>
  check(
    {},
    system({ '/bin/python3': [3, 9], '/shims/python3.11': undefined }, ['/bin', '/shims']),
    'Weft needs Python 3.11 or newer to run its language server. ' +
      '/shims/python3.11 does not start as Python (from PATH); /bin/python3 is Python 3.9 (from PATH).',
  ));

const WINDOWS_PYTHON = 'C:\\Users\\u\\work\\.venv\\Scripts\\python.exe';

test("Windows: the workspace's environment", () =>
  check(
    { folders: ['C:\\Users\\u\\work'] },
    system({ [WINDOWS_PYTHON]: [3, 12] }, [], 'windows'),
    `${WINDOWS_PYTHON} (the workspace's .venv)`,
  ));

test('Windows: the case of a path hides nothing of an untrusted workspace', () =>
  check(
    { folders: ['c:/users/U/work/'], chosen: WINDOWS_PYTHON, isTrusted: false },
    system({ [WINDOWS_PYTHON]: [3, 12], 'C:\\Windows\\py.exe': [3, 13] }, ['.', 'C:\\Windows\\'], 'windows'),
    'C:\\Windows\\py.exe -3 (PATH)',
  ));

test('Windows: a name in the setting needs no .exe', () =>
  check({ setting: 'python' }, system({ 'D:\\py\\python.exe': [3, 11] }, ['D:\\py'], 'windows'), 'D:\\py\\python.exe (weft.interpreter)'));

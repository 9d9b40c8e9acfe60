import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

import { chooseServer, isNewerAndCompatible, PROBE, readProbe, type Server } from '../src/environment.ts';
import { read } from '../src/inspection.ts';

const BUNDLED: Server = { arguments: ['run_server.py'], version: '0.1.2', isBundled: true };

function chosen(weft: string | undefined, hasServer = true): string {
  const { version, isBundled } = chooseServer(BUNDLED, { weft, hasServer, backEnds: [] });
  return `${isBundled ? 'bundled' : 'environment'} ${version}`;
}

test('the newer compatible server of the environment runs', () => {
  assert.equal(chosen('0.1.3'), 'environment 0.1.3');
  assert.equal(chosen('0.1.2'), 'bundled 0.1.2');
  assert.equal(chosen('0.1.1'), 'bundled 0.1.2');
  assert.equal(chosen('0.2.0'), 'bundled 0.1.2');
  assert.equal(chosen('0.1.4.dev1'), 'bundled 0.1.2');
  assert.equal(chosen(undefined), 'bundled 0.1.2');
});

test('not without the packages that it needs', () => assert.equal(chosen('0.1.3', false), 'bundled 0.1.2'));

test('from 1.0 on a minor version breaks nothing', () => {
  assert.equal(isNewerAndCompatible('1.3.0', '1.2.9'), true);
  assert.equal(isNewerAndCompatible('2.0.0', '1.2.9'), false);
});

test('the probe is a program that a bare Python runs', () => {
  const output = execFileSync('python3', ['-I', '-S', '-c', PROBE], { encoding: 'utf8' });
  assert.deepEqual(readProbe(output), { weft: undefined, hasServer: false, backEnds: [] });
  assert.equal(readProbe('Python was not found; run without arguments to install'), undefined);
});

test('an inspection without Weft says how to get it', () => {
  const answer = read('', "/project/.venv/bin/python: No module named weft\n", ['/project/.venv/bin/python']);
  assert.deepEqual(answer, {
    trouble:
      'weft is not installed for /project/.venv/bin/python.\n' +
      "The editor's own server reads kernels; compiling and running them takes Weft in your project's environment:\n\n" +
      '    /project/.venv/bin/python -m pip install weft',
  });
});

test('an inspection without numba says so, not where Python stood', () => {
  const answer = read('', "Traceback (most recent call last):\n  File\nModuleNotFoundError: No module named 'llvmlite'\n", ['python']);
  assert.match('trouble' in answer ? answer.trouble : '', /^llvmlite is not installed for python\.\n/);
});

test('an inspection with errors says which', () => {
  const nothing = '{"kernel": "k", "target": "cpu", "stages": [], "resources": null, "notices": ["k has errors"]}';
  assert.deepEqual(read(nothing, 'k.py:5:1: unknown-name: `j`\n', ['python']), { trouble: 'k.py:5:1: unknown-name: `j`' });
  assert.deepEqual(read(nothing, '', ['python']), { trouble: 'k has errors' });
});

test('a path with blanks can be copied into a command line', () => {
  const answer = read('', 'No module named weft\n', ['C:\\Program Files\\Python312\\python.exe']);
  assert.match('trouble' in answer ? answer.trouble : '', /\n {4}"C:\\Program Files\\Python312\\python.exe" -m pip install weft$/);
});

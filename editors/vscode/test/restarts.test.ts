import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LastLines } from '../src/lastLines.ts';
import { MOST_RESTARTS, Restarts, WINDOW_SECONDS } from '../src/restarts.ts';

function endsAt(seconds: number[]): boolean[] {
  const restarts = new Restarts();
  return seconds.map((second) => {
    restarts.running();
    return restarts.ended(second).restart;
  });
}

test('a server that ran is started again, a few times', () => {
  assert.deepEqual(endsAt([1, 2, 3, 4]), [true, true, true, false]);
  assert.equal(MOST_RESTARTS, 3);
});

test('ends of long ago do not count', () => {
  assert.deepEqual(endsAt([0, 1, 2, WINDOW_SECONDS + 1]), [true, true, true, true]);
});

test('a server that never ran is not started again', () => {
  const verdict = new Restarts().ended(0);
  assert.deepEqual(verdict, { restart: false, reason: 'The language server ended while it started.' });
});

test('a server that ran, ended, and then does not start is not started again', () => {
  const restarts = new Restarts();
  restarts.running();
  assert.equal(restarts.ended(0).restart, true);
  assert.equal(restarts.ended(1).restart, false);
});

test('the reason says how often it ended', () => {
  const restarts = new Restarts();
  const reasons = [0, 1, 2, 3].map((second) => {
    restarts.running();
    return restarts.ended(second).reason;
  });
  assert.equal(reasons.at(-1), 'The language server ended 4 times in 3 minutes.');
});

test('the last line of a traceback, of whatever length and in pieces', () => {
  const said = new LastLines();
  assert.equal(said.last(), '');
  said.add(`${'x'.repeat(10_000)}\nTraceback:\r\n  File\r\nImportErr`);
  said.add('or: no module\n\n');
  assert.equal(said.last(), 'ImportError: no module');
});

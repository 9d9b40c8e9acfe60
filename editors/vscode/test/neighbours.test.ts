import assert from 'node:assert/strict';
import { test } from 'node:test';

import { modeBeside } from '../src/neighbours.ts';

function mode(wish: unknown, extensions: readonly string[], settings: Record<string, unknown> = {}, isWeftInstalled = true): string {
  return modeBeside(wish, { isWeftInstalled, hasExtension: (id) => extensions.includes(id), setting: (name) => settings[name] });
}

test('alone, Weft answers for all of Python', () => {
  assert.equal(mode('auto', []), 'full');
  assert.equal(mode(undefined, ['ms-python.debugpy', 'charliermarsh.ruff']), 'full');
});

test('beside another Python server it answers where it knows more', () => {
  for (const id of ['ms-python.python', 'detachhead.basedpyright', 'ms-pyright.pyright', 'astral-sh.ty', 'meta.pyrefly']) {
    assert.equal(mode('auto', [id]), 'complement');
  }
});

test('a neighbour whose server is switched off is none', () => {
  assert.equal(mode('auto', ['ms-python.python'], { 'python.languageServer': 'None' }), 'full');
  assert.equal(mode('auto', ['ms-python.python'], { 'python.languageServer': 'Jedi' }), 'complement');
  assert.equal(mode('auto', ['astral-sh.ty'], { 'ty.disableLanguageServices': true }), 'full');
  assert.equal(mode('auto', ['astral-sh.ty', 'ms-python.python'], { 'ty.disableLanguageServices': true }), 'complement');
});

test("the user's word counts", () => {
  assert.equal(mode('full', ['ms-python.python']), 'full');
  assert.equal(mode('complement', []), 'complement');
});

test('where Weft is not installed, its names are known to no other server', () => {
  assert.equal(mode('auto', ['ms-python.python'], {}, false), 'full');
  assert.equal(mode('complement', ['ms-python.python'], {}, false), 'complement');
});

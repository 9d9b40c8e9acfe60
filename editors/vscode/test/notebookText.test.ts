import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ofCell, textOfCells } from '../src/notebookText.ts';

const CELLS = ['import weft\n%timeit f()', '%%bash\nls', 'def k():\r\n    pass', 'k()'];

test('cells are one text, without what only IPython reads', () => {
  assert.deepEqual(textOfCells(CELLS, 2), { text: 'import weft\n\n\n\ndef k():\n    pass\nk()', first: 4, count: 2 });
});

test('lines of an inspection are those of the cell', () => {
  const stage = { name: 'model', language: 'weft', text: 'a\nb\nc\nd', lines: [5, 6, 1, null] };
  const inspection = { kernel: 'k', target: 'cpu', stages: [stage], resources: null, notices: [] };
  assert.deepEqual(ofCell(inspection, textOfCells(CELLS, 2)).stages[0]?.lines, [1, 2, null, null]);
});

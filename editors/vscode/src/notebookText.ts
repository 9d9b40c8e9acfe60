// The code cells of a notebook as one text, whose lines are those of the cells. Nothing here knows of VS Code.

import type { Inspection } from './inspection.ts';

export interface CellText {
  text: string;
  /** The first line of the cell that is asked about, and how many it has. */
  first: number;
  count: number;
}

/** As Weft reads a notebook: in the order of its cells. What only IPython reads is left out. */
export function textOfCells(cells: readonly string[], asked: number): CellText {
  const lines = cells.map((cell) => cell.split(/\r?\n/));
  const first = lines.slice(0, asked).reduce((sum, cell) => sum + cell.length, 0);
  const text = lines.flatMap((cell) => cell.map((line) => (isForIPython(cell[0] ?? '', line) ? '' : line))).join('\n');
  return { text, first, count: lines[asked]?.length ?? 0 };
}

/** With lines of that cell; what comes from others leads nowhere. */
export function ofCell(inspection: Inspection, { first, count }: CellText): Inspection {
  const inCell = (line: number | null) => (line !== null && line > first && line <= first + count ? line - first : null);
  return { ...inspection, stages: inspection.stages.map((stage) => ({ ...stage, lines: stage.lines.map(inCell) })) };
}

function isForIPython(first: string, line: string): boolean {
  return first.startsWith('%%') || /^\s*[%!]/.test(line);
}

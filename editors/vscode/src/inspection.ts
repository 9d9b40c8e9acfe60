// `weft inspect` in a process of its own, which can be ended. Nothing here knows of VS Code.

import { spawn } from 'node:child_process';

import { lacks, weftCommand } from './environment.ts';
import type { Command } from './interpreter.ts';

/** As docs/inspect.md describes it; fields are added there, never changed. */
export interface Inspection {
  kernel: string;
  target: string;
  stages: { name: string; language: string; text: string; lines: (number | null)[] }[];
  resources: {
    registers: number | null;
    spill_bytes: number | null;
    shared_bytes: number;
    occupancy: { blocks_per_sm: number; block_threads: number; warps: number; max_warps: number; limit: string } | null;
  } | null;
  notices: string[];
}

/** What to look into: the text is that of the editor, saved or not. */
export interface Question {
  path: string;
  /** The name of a kernel, or a line in it, counted from 1. */
  kernel: string;
  text: string;
  target: string;
}

export type Answer = { inspection: Inspection } | { trouble: string };

/** Undefined if it was cancelled. */
export function inspect(python: Command, question: Question, directory: string, signal: AbortSignal): Promise<Answer | undefined> {
  const [program, first] = weftCommand(python);
  const place = `${question.path}::${question.kernel}`;
  const args = [...first, 'inspect', place, '--format', 'json', '--target', question.target, '--stdin'];
  return new Promise((resolve) => {
    const run = spawn(program, args, { cwd: directory, windowsHide: true, signal });
    const [out, err] = [[] as string[], [] as string[]];
    run.stdout.setEncoding('utf8').on('data', (data: string) => out.push(data));
    run.stderr.setEncoding('utf8').on('data', (data: string) => err.push(data));
    run.once('error', (error) => resolve(signal.aborted ? undefined : { trouble: error.message }));
    run.once('close', () => resolve(signal.aborted ? undefined : read(out.join(''), err.join(''), python)));
    run.stdin.on('error', () => undefined).end(question.text);
  });
}

export function read(out: string, err: string, python: Command): Answer {
  const missing = /No module named '?(weft|numba|llvmlite|numpy)\b/.exec(err)?.[1];
  if (missing) return { trouble: lacks(missing, python) };
  try {
    const inspection = JSON.parse(out) as Inspection;
    const isEmpty = inspection.stages.length === 0;
    return isEmpty ? { trouble: err.trim() || inspection.notices.join('\n') } : { inspection };
  } catch {
    return { trouble: err.trim().split(/\r?\n/).slice(-12).join('\n') || 'weft inspect printed nothing.' };
  }
}

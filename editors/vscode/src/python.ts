// The real system, for the interpreter search.

import { execFile } from 'node:child_process';
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { delimiter } from 'node:path';

import { type Environment, NOTHING, PROBE, readProbe } from './environment.ts';
import type { Command, System, Version } from './interpreter.ts';

const PROBE_MILLISECONDS = 10_000;
const VERSION_PROBE = 'import sys; print("weft-probe", *sys.version_info[:2])';
/** No variable, user folder, site-packages or start-up hook of that Python: the standard library alone. */
export const ISOLATED = ['-I', '-S'] as const;

export function thisSystem(directory: string): System {
  return {
    platform: process.platform === 'win32' ? 'windows' : 'posix',
    searchPath: (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
    isFile,
    foldersIn,
    variable: (name) => process.env[name] || undefined,
    realPath,
    versionOf: (command) => versionOf(command, directory),
  };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [] : [entry.name]));
  } catch {
    return [];
  }
}

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

function versionOf([program, ...first]: Command, directory: string): Promise<Version | undefined> {
  const options = { cwd: directory, timeout: PROBE_MILLISECONDS, windowsHide: true };
  return new Promise((resolve) => {
    execFile(program, [...first, ...ISOLATED, '-c', VERSION_PROBE], options, (error, output) => {
      const match = error ? null : /weft-probe (\d+) (\d+)/.exec(output);
      resolve(match ? [Number(match[1]), Number(match[2])] : undefined);
    });
  });
}

/** What that Python has of Weft. Only for a workspace that is trusted: its packages may run code as Python starts. */
export function environmentOf([program, ...first]: Command, directory: string): Promise<Environment> {
  const options = { cwd: directory, timeout: PROBE_MILLISECONDS, windowsHide: true };
  return new Promise((resolve) => {
    execFile(program, [...first, '-I', '-c', PROBE], options, (error, output) => {
      resolve((error ? undefined : readProbe(output)) ?? NOTHING);
    });
  });
}

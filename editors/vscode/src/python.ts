// The real system, for the interpreter search.

import { execFile } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { delimiter } from 'node:path';

import type { Command, System, Version } from './interpreter.ts';

const PROBE_MILLISECONDS = 10_000;
const PROBE = 'import sys; print("weft-probe", *sys.version_info[:2])';
/** No variable, user folder, site-packages or start-up hook of that Python: the standard library alone. */
export const ISOLATED = ['-I', '-S'] as const;

export function thisSystem(directory: string): System {
  return {
    platform: process.platform === 'win32' ? 'windows' : 'posix',
    searchPath: (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
    isFile,
    realPath,
    versionOf: (command) => versionOf(command, directory),
  };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
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
    execFile(program, [...first, ...ISOLATED, '-c', PROBE], options, (error, output) => {
      const match = error ? null : /weft-probe (\d+) (\d+)/.exec(output);
      resolve(match ? [Number(match[1]), Number(match[2])] : undefined);
    });
  });
}

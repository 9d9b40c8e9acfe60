// The real system, for the interpreter search.

import { execFile } from 'node:child_process';
import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';

import { type Environment, NOTHING, PROBE, readProbe } from './environment.ts';
import { type Command, searchPath, type System } from './interpreter.ts';

const PROBE_MILLISECONDS = 10_000;
const VERSION_PROBE = 'import sys; print("weft-probe", *sys.version_info[:2])';
/** No variable, user folder, site-packages or start-up hook of that Python: the standard library alone. */
export const ISOLATED = ['-I', '-S'] as const;

export function thisSystem(directory: string): System {
  const platform = PLATFORMS[process.platform] ?? 'linux';
  return {
    platform,
    searchPath: searchPath(process.env['PATH'] ?? '', platform),
    isFile,
    foldersIn,
    variable: (name) => process.env[name] || undefined,
    realPath,
    versionOf: async (command) => {
      const match = /weft-probe (\d+) (\d+)/.exec(await outputOf(command, [...ISOLATED, '-c', VERSION_PROBE], directory));
      return match ? [Number(match[1]), Number(match[2])] : undefined;
    },
    outputOf: (command) => outputOf(command, [], directory),
  };
}

const PLATFORMS: Partial<Record<NodeJS.Platform, System['platform']>> = { win32: 'windows', darwin: 'macos' };

/** A program of Windows' store is a link that cannot be followed, and can be run: what is there and cannot be looked at counts. */
function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return isLink(path);
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
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

/** What a program prints; nothing if it cannot be started, fails, or takes too long. */
function outputOf([program, ...first]: Command, rest: readonly string[], directory: string): Promise<string> {
  const options = { cwd: directory, timeout: PROBE_MILLISECONDS, windowsHide: true };
  return new Promise((resolve) => {
    try {
      execFile(program, [...first, ...rest], options, (error, output) => resolve(error ? '' : output));
    } catch {
      resolve('');
    }
  });
}

/** What that Python has of Weft. Only for a workspace that is trusted: its packages may run code as Python starts. */
export async function environmentOf(command: Command, directory: string): Promise<Environment> {
  return readProbe(await outputOf(command, ['-I', '-c', PROBE], directory)) ?? NOTHING;
}

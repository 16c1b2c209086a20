import { closeSync, openSync, realpathSync, type Stats, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../internal/atomic-file.ts';
import { CliError } from './cli-error.ts';

/** Throws `CliError` (`output`) where no file could be written, before any work is done for it. */
export function checkTarget(path: string): void {
  const stats = statOf(path);
  if (stats?.isDirectory()) throw new CliError('output', 'the output is a folder', path);
  if (stats !== undefined) return;
  const folder = dirname(path);
  if (!statOf(folder)?.isDirectory()) throw new CliError('output', 'the folder of the output does not exist', folder);
}

/** Writes a file whole or not at all; a pipe or device such as /dev/stdout is written to as it is. */
export function writeTarget(path: string, text: string): void {
  try {
    const stats = statOf(path);
    if (stats === undefined) writeFileAtomic(path, text);
    // Through a symbolic link the file is replaced, not the link.
    else if (stats.isFile()) writeFileAtomic(realpathSync(path), text);
    else writeInPlace(path, Buffer.from(text));
  } catch (cause) {
    throw new CliError('output', 'the report could not be written', `${path} (${codeOf(cause)})`, cause);
  }
}

function writeInPlace(path: string, bytes: Buffer): void {
  const descriptor = openSync(path, 'w');
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
  } finally {
    closeSync(descriptor);
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new CliError('output', 'the output cannot be reached', `${path} (${codeOf(cause)})`, cause);
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}

import { closeSync, openSync, realpathSync, rmSync, type Stats, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceFile, temporaryBeside } from '../internal/atomic-file.ts';
import { CliError } from './cli-error.ts';

/** Throws `CliError` (`output`) where no file could be written, before any work is done for it. */
export function checkTarget(path: string): void {
  const stats = statOf(path);
  if (stats?.isDirectory()) throw new CliError('output', 'the output is a folder', path);
  if (stats !== undefined) return;
  const folder = dirname(path);
  if (!statOf(folder)?.isDirectory()) throw new CliError('output', 'the folder of the output does not exist', folder);
}

/** A file that is being written. Its methods throw `CliError` (`output`). */
export interface Target {
  write(text: string): void;
  /** Puts it in its place. */
  finish(): void;
  /** Leaves what was there before, unless it was finished. */
  abandon(): void;
}

/**
 * Begins a file that is there whole in the end or not at all, text by text; a pipe or device such as /dev/stdout is
 * written to as it is. Throws `CliError` (`output`).
 */
export function openTarget(path: string): Target {
  return told(path, () => {
    const stats = statOf(path);
    const inPlace = stats !== undefined && !stats.isFile();
    // Through a symbolic link the file is replaced, not the link.
    const final = stats?.isFile() ? realpathSync(path) : path;
    const own = inPlace ? path : temporaryBeside(final);
    let descriptor: number | undefined = openSync(own, inPlace ? 'w' : 'wx');
    const close = (): void => {
      if (descriptor === undefined) return;
      const open = descriptor;
      descriptor = undefined;
      closeSync(open);
    };
    return {
      write: (text) => told(path, () => writeWhole(descriptor, Buffer.from(text))),
      finish: () =>
        told(path, () => {
          close();
          if (!inPlace) replaceFile(own, final);
        }),
      abandon: () =>
        told(path, () => {
          close();
          if (!inPlace) rmSync(own, { force: true });
        }),
    };
  });
}

/**
 * Goes on in a file of lines where an earlier run ended. What was written stays, also when this run is interrupted or killed:
 * its journal will not tell of it again. Throws `CliError` (`output`).
 */
export async function openAppended(path: string): Promise<Target> {
  const stats = statOf(path);
  if (stats !== undefined && !stats.isFile()) return openTarget(path);
  const { openAppending } = await import('../scan/all/append-lines.ts');
  const lines = told(path, () => openAppending(path));
  let isOpen = true;
  const close = (): void => {
    if (isOpen) lines.close();
    isOpen = false;
  };
  return { write: (text) => told(path, () => lines.write(text)), finish: close, abandon: close };
}

/** Writes a file from these texts, as `openTarget` does. */
export function writeTarget(path: string, texts: Iterable<string>): void {
  const target = openTarget(path);
  try {
    for (const text of texts) target.write(text);
    target.finish();
  } finally {
    target.abandon();
  }
}

function writeWhole(descriptor: number | undefined, bytes: Buffer): void {
  if (descriptor === undefined) throw new TypeError('the file is closed');
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
}

function told<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError('output', 'the report could not be written', `${path} (${codeOf(cause)})`, cause);
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

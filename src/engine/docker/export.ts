import { closeSync, createWriteStream, openSync, readSync, rmSync, statSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { replaceFile, temporaryBeside } from '../../internal/atomic-file.ts';
import { type EngineAddress, EngineError } from '../engine.ts';
import { pathOf, versionPath } from './docker.ts';
import { ASK_LIMITS, type AskOptions, asEngineError, ask, refusal } from './socket-http.ts';

/** The engine packs the whole image before it begins to answer. */
const PACKING_MS = 30 * 60_000;
const END_OF_TAR = 1024;

/**
 * Writes an image as `docker save` does (`GET /images/{name}/get`) to the file `into`, which is there only once it is whole.
 * Throws `EngineError`, and what the file system throws.
 */
export async function exportDockerImage(
  address: EngineAddress,
  name: string,
  into: string,
  options: AskOptions = {},
): Promise<void> {
  const version = await versionPath(address, options);
  const patient = { ...options, limits: { headersMs: PACKING_MS, ...options.limits } };
  const answer = await ask(address, `${version}/images/${pathOf(name)}/get`, patient);
  if (answer.statusCode !== 200) throw await refused(answer, name);
  const temporary = temporaryBeside(into);
  try {
    await pipeline(
      answer,
      createWriteStream(temporary, { flags: 'wx', mode: 0o600 }),
      options.signal === undefined ? {} : { signal: options.signal },
    ).catch((error: NodeJS.ErrnoException) => {
      // A full disk is the file system's word, not the engine's.
      throw error.syscall === 'write' || error.syscall === 'open' ? error : asEngineError(error, address);
    });
    checkEnd(temporary, name);
    replaceFile(temporary, into);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** An engine that fails midway still ends its answer well, with the error behind the part of the archive. */
function checkEnd(path: string, name: string): void {
  const { size } = statSync(path);
  const last = Buffer.alloc(END_OF_TAR, 1);
  const descriptor = openSync(path, 'r');
  try {
    if (size >= END_OF_TAR) readSync(descriptor, last, 0, END_OF_TAR, size - END_OF_TAR);
  } finally {
    closeSync(descriptor);
  }
  if (size % 512 !== 0 || last.some((byte) => byte !== 0))
    throw new EngineError('interrupted', 'The engine did not give the whole image', name);
}

async function refused(answer: IncomingMessage, name: string): Promise<EngineError> {
  let text = '';
  const late = setTimeout(() => answer.destroy(), ASK_LIMITS.idleMs);
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      text += piece.toString();
      if (text.length > 65_536) break;
    }
  } catch {
    // The status says enough.
  } finally {
    clearTimeout(late);
    answer.destroy();
  }
  return refusal({ status: answer.statusCode ?? 0, value: jsonOrNothing(text) }, name);
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

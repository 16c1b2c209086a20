import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutCredentials } from '../internal/http.ts';

/** The beginning of a document, kept to go on from. */
export interface Part {
  readonly url: string;
  readonly path: string;
  /** 0 when there is nothing to go on from. */
  readonly bytes: number;
  /** For `If-Range` (RFC 9110 13.1.5): a strong ETag, else a date. */
  readonly validator?: string;
  readonly encoding?: 'gzip' | 'identity';
}

interface PartNote {
  readonly url: string;
  readonly validator?: string;
  readonly encoding: 'gzip' | 'identity';
}

/** A part that was left this long ago is of no use any more. */
const OLD_MS = 7 * 24 * 60 * 60 * 1000;

/** The part of the document at `url`; one that says not what it is part of counts as nothing. */
export function openPart(folder: string, url: string): Part {
  const shown = withoutCredentials(url);
  const path = join(folder, `${createHash('sha256').update(shown).digest('hex').slice(0, 32)}.part`);
  const nothing: Part = { url: shown, path, bytes: 0 };
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return nothing;
  try {
    const note = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as Partial<PartNote> | null;
    const { validator, encoding } = note ?? {};
    if (note?.url !== shown || typeof validator !== 'string' || encoding === undefined) return nothing;
    return { ...nothing, bytes: size, validator, encoding };
  } catch {
    return nothing;
  }
}

/** Notes what the bytes that follow are part of, before the first of them is written. */
export function rememberPart(
  part: Part,
  answer: { readonly etag?: string; readonly lastModified?: string; readonly encoding: 'gzip' | 'identity' },
): void {
  forgetPart(part);
  const validator = answer.etag === undefined || answer.etag.startsWith('W/') ? answer.lastModified : answer.etag;
  const note: PartNote = {
    url: part.url,
    encoding: answer.encoding,
    ...(validator === undefined ? {} : { validator }),
  };
  writeFileSync(`${part.path}.json`, JSON.stringify(note));
}

/** Removes a part and its note. */
export function forgetPart(part: Part): void {
  rmSync(part.path, { force: true });
  rmSync(`${part.path}.json`, { force: true });
}

/** Removes what earlier runs left in the folder and nobody will use. */
export function cleanParts(folder: string, now: number): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const isPart = /\.part(\.json)?$/.test(name);
    if (isPart && now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < OLD_MS) continue;
    if (isPart || name.endsWith('.feed')) rmSync(path, { force: true });
  }
}

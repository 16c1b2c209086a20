import type { Extract, Extraction, Extractor } from '../../image/image.ts';
import { digests, mayBeOwned } from '../digests.ts';
import { versionSearch } from '../program/version-search.ts';
import { auditSearch } from './audit.ts';
import { billSearch } from './bill.ts';
import { captures } from './capture.ts';
import { isElf, readElf } from './elf.ts';
import { glancing } from './glance.ts';
import { goSearch } from './go.ts';
import type { Layout } from './layout.ts';
import { isMachO, readMachO } from './mach-o.ts';
import { isPe, readPe } from './pe.ts';
import { type ProgramFault, programExtractor, writeProgram } from './program.ts';

/** Headers of programs, and Go's note, are within. */
const pageBytes = 4096;
/** Bytes of the headers alone. */
const smallestProgram = 64;

/** Endings of files that are many in images and are no programs. */
const otherEndings: ReadonlySet<string> = new Set([
  '.py',
  '.pyc',
  '.js',
  '.json',
  '.html',
  '.h',
  '.md',
  '.txt',
  '.gz',
  '.class',
]);

/**
 * Keeps of programs what Go, cargo-auditable and GraalVM put in: which modules, crates and artifacts were built in; and of
 * those with a known name the version that they tell.
 */
export const executable: Extractor = {
  id: programExtractor,
  byName: false,
  selects(path) {
    return !otherEndings.has(path.slice(path.lastIndexOf('.')));
  },
  open: (path, size) => readingOf(path, size),
  glances: glancing,
};

/** Reads the first page, then whatever its layout makes worth a look. */
function readingOf(path: string, size: number): Extraction {
  let head: Buffer = Buffer.alloc(0);
  let body: Body | undefined;
  let over = size < smallestProgram;
  const page = Math.min(pageBytes, size);
  const begin = (): Body | undefined => {
    const layout = layoutOf(head, size);
    over = layout === undefined;
    return layout && bodyOf(layout, path);
  };
  return {
    write(chunk) {
      if (over) return false;
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      if (body !== undefined) return body.see(bytes);
      if (head.length === 0 && bytes.length >= 8 && !isProgram(bytes)) {
        over = true;
        return false;
      }
      // Copied, for the chunk is overwritten.
      const rest = page - head.length;
      head = Buffer.concat([head, bytes.subarray(0, rest)]);
      if (head.length < page) return true;
      body = begin();
      const more = body?.see(head) ?? false;
      return body !== undefined && bytes.length > rest ? body.see(bytes.subarray(rest)) : more;
    },
    end() {
      if (body === undefined && !over && head.length >= smallestProgram) {
        body = begin();
        body?.see(head);
      }
      return body?.end();
    },
  };
}

function isProgram(head: Buffer): boolean {
  return isElf(head) || isPe(head) || isMachO(head);
}

function layoutOf(head: Buffer, size: number): Layout | undefined {
  if (isElf(head)) return readElf(head, size);
  if (isPe(head)) return readPe(head, size);
  return isMachO(head) ? readMachO(head, size) : undefined;
}

const silence: ProgramFault = {
  of: 'program',
  code: 'unsupported',
  message: 'A program of a known name does not tell its version',
  lossy: true,
};

interface Body {
  /** Takes the next bytes; `false` when what follows is of no interest. */
  see(bytes: Buffer): boolean;
  end(): Extract | undefined;
}

function bodyOf(layout: Layout, path: string): Body {
  const under = captures();
  const go = goSearch(layout, under);
  // Go's linker puts no such lists in, and its programs are large.
  const rust = layout.goNote ? undefined : auditSearch(layout, under);
  const java = layout.goNote ? undefined : billSearch(under);
  const told = layout.goNote ? undefined : versionSearch(path);
  const digest = (layout.goNote || told !== undefined) && mayBeOwned(path) ? digests() : undefined;
  const last = layout.spans.findLast(({ holds }) => holds !== 'code' && (rust || holds !== 'unloaded'))?.end ?? 0;
  let at = 0;
  return {
    see(bytes) {
      digest?.update(bytes);
      const end = at + bytes.length;
      for (const { start, end: spanEnd, holds } of layout.spans) {
        if (spanEnd <= at || start >= end || holds === 'code') continue;
        const from = Math.max(start, at);
        const piece = bytes.subarray(from - at, Math.min(spanEnd, end) - at);
        go.see(piece, from, holds);
        java?.see(piece, from, holds);
        if (holds !== 'unloaded') told?.see(piece, from);
        if (holds === 'unloaded' || holds === 'any') rust?.see(piece, from);
      }
      under.feed(bytes, at);
      at = end;
      return digest !== undefined || end < last;
    },
    end() {
      under.end();
      const results = [go.result(), rust?.result(), java?.result()] as const;
      const [{ go: modules }, { rust: crates } = {}, { bill } = {}] = results;
      const built = modules ?? crates ?? bill;
      // What was built in tells more than a text.
      const { versions, silent = false } = (built === undefined && told?.result()) || {};
      const faults = [...results.flatMap((result) => result?.faults ?? []), ...(silent ? [silence] : [])];
      if (built === undefined && !versions?.length && faults.length === 0) return undefined;
      const bytes = writeProgram({ format: layout.format, go: modules, rust: crates, bill, versions, faults });
      return digest === undefined ? { bytes } : { bytes, digests: digest.result() };
    },
  };
}

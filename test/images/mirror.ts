// Writes a mirror of advisories for tests: the feeds of OSV and of Debian, with the records that a test gives.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AdvisorySource } from '../../src/advisory/advisory.ts';
import { alpine } from '../../src/advisory/source/alpine/alpine.ts';
import { debian } from '../../src/advisory/source/debian/debian.ts';
import { osv } from '../../src/advisory/source/osv/osv.ts';
import { zipFile } from '../../src/internal/testdata/zip-file.ts';

/** A record as its source writes it. */
export type Json = Readonly<Record<string, unknown>>;

/** One flaw of one package in OSV's form: `events` of a range of versions, and whatever else the record has. */
export interface FlawSpec extends Json {
  readonly id: string;
  readonly package: string;
  readonly events?: readonly Json[];
  /** Parts of `affected[0]`, in place of the range. */
  readonly affected?: Json;
}

/** Writes the feeds; `osvRecords` by ecosystem, `tracker` is Debian's, `secdb` that of Alpine 3.20. */
export function writeMirror(
  folder: string,
  osvRecords: Readonly<Record<string, readonly FlawSpec[]>>,
  tracker: Json,
  secdb: Json,
): void {
  for (const [ecosystem, records] of Object.entries(osvRecords)) {
    const files = records.map((spec) => ({
      name: `${spec.id}.json`,
      bytes: Buffer.from(JSON.stringify(recordOf(ecosystem, spec))),
    }));
    write(folder, osv, ecosystem, zipFile(files));
  }
  write(folder, debian, 'Debian:12', Buffer.from(JSON.stringify(tracker)));
  write(folder, alpine, 'Alpine:v3.20', Buffer.from(JSON.stringify(secdb)));
}

function recordOf(ecosystem: string, { package: name, events, affected, ...rest }: FlawSpec): Json {
  const range = { ranges: [{ type: 'ECOSYSTEM', events: events ?? [{ introduced: '0' }] }] };
  return {
    schema_version: '1.6.7',
    modified: '2026-01-02T00:00:00Z',
    ...rest,
    affected: [{ package: { ecosystem, name }, ...(affected ?? range) }],
  };
}

function write(folder: string, source: AdvisorySource, ecosystem: string, bytes: Buffer): void {
  for (const { url } of source.feeds([ecosystem])) {
    const { host, pathname } = new URL(url);
    const path = join(folder, host, decodeURIComponent(pathname));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}

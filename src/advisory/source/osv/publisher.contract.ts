import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { zipFile } from '../../../internal/testdata/zip-file.ts';
import type { Advisory, AdvisorySource, ParseReport } from '../../advisory.ts';

/** A ZIP archive of files by name; what is no text is written as JSON. */
export function archiveOf(files: Readonly<Record<string, unknown>>): Uint8Array {
  return zipFile(
    Object.entries(files).map(([name, value]) => ({
      name,
      bytes: Buffer.from(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')),
      stored: true,
    })),
  );
}

/** The records of a JSON file beside the test, by identifier. */
export function recordsIn(url: URL): readonly { readonly id: string }[] {
  return JSON.parse(readFileSync(url, 'utf8'));
}

/** What a source makes of a document of its first feed. */
export async function parseFirst(
  source: AdvisorySource,
  bytes: Uint8Array,
): Promise<{ readonly report: ParseReport; readonly advisories: readonly Advisory[] }> {
  const [feed] = source.feeds(undefined);
  if (feed === undefined) throw new Error('the source has no feed');
  const advisories: Advisory[] = [];
  const report = await source.parse(
    feed,
    bytes,
    (advisory) => advisories.push(advisory),
    () => {},
  );
  return { report, advisories };
}

/** An OSV archive of a hundred records with `count` affected entries in all, in folders of the publisher's. */
export function manyRecords(count: number, ecosystem: string, nameOf: (record: number) => string): Uint8Array {
  const end = '"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.1"}]}]}';
  const files: Record<string, string> = {};
  for (let record = 0; record < 100; record++) {
    const affected = Array.from(
      { length: count / 100 },
      (_, index) => `{"package":{"ecosystem":"${ecosystem}","name":"p${index}"},${end}`,
    );
    files[nameOf(record)] = `{"id":"X-2024-${record}","affected":[${affected.join(',')}]}`;
  }
  return archiveOf(files);
}

/** Files that are no records are passed over, and not counted. */
export function describesNoRecords(source: AdvisorySource, names: readonly string[]): void {
  it.each(names)('passes over %s', async (name) => {
    expect((await parseFirst(source, archiveOf({ [name]: { id: 'X-1', affected: [] } }))).report.read).toBe(0);
  });
}

import { readFileSync } from 'node:fs';
import { zipFile } from '../../../internal/testdata/zip-file.ts';
import { osv } from '../osv/osv.ts';
import type { Loaded } from './assessed.contract.ts';

/** Records in OSV's format as its database of the ecosystem would have them. */
export function osvDatabase(ecosystem: string, records: readonly unknown[]): Loaded {
  const [feed] = osv.feeds([ecosystem]);
  if (feed === undefined) throw new Error(`no feed for ${ecosystem}`);
  const files = records.map((record, at) => ({ name: `${at}.json`, bytes: Buffer.from(JSON.stringify(record)) }));
  return { source: osv, feed, document: zipFile(files) };
}

/** Genuine records of OSV's databases. */
export function genuineRecords(name: 'almalinux' | 'rocky'): readonly unknown[] {
  return JSON.parse(readFileSync(new URL(`../osv/testdata/${name}.json`, import.meta.url), 'utf8'));
}

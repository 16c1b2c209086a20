import { existsSync, readFileSync } from 'node:fs';
import { zipEntries } from '../internal/zip.ts';

const feeds = new URL('../../../shared/feeds/osv-vulnerabilities.storage.googleapis.com/', import.meta.url);

/** What to add to a title where the snapshots of OSV's advisories are absent; empty where they are there. */
export const skipped: string = existsSync(feeds) ? '' : ' (SKIPPED: the feed snapshots ../shared/feeds are not here)';

interface Affected {
  readonly package?: { readonly ecosystem?: string; readonly name?: string };
  readonly versions?: readonly string[];
  readonly ranges?: readonly { readonly type: string; readonly events: readonly Readonly<Record<string, string>>[] }[];
}

/** Every version that the advisories of an ecosystem name, in lists and as ends of ranges. */
export function versionsOf(ecosystem: string): readonly string[] {
  const versions = new Set<string>();
  for (const { bytes } of zipEntries(readFileSync(new URL(`${ecosystem}/all.zip`, feeds)))) {
    const record = JSON.parse(Buffer.from(bytes).toString('utf8')) as { readonly affected?: readonly Affected[] };
    for (const affected of record.affected ?? []) {
      if (affected.package?.ecosystem?.split(':')[0] !== ecosystem) continue;
      for (const version of affected.versions ?? []) versions.add(version);
      for (const { type, events } of affected.ranges ?? []) {
        if (type === 'GIT') continue;
        for (const version of events.flatMap((event) => Object.values(event))) versions.add(version);
      }
    }
  }
  return [...versions];
}

import { fetchAdvisories } from '../advisories.ts';
import type { FetchedAdvisories, ScanOptions } from '../options.ts';

/** Fetches for all threads: one at a time, and each ecosystem once in a run, whether it could be had or not. */
export function fetchOnce(
  databasePath: string,
  options: Pick<ScanOptions, 'mirror' | 'signal' | 'onProgress'>,
): (ecosystems: readonly string[]) => Promise<FetchedAdvisories> {
  const asked = new Map<string, Promise<FetchedAdvisories>>();
  let last: Promise<unknown> = Promise.resolve();
  return async (ecosystems) => {
    const fresh = ecosystems.filter((name) => !asked.has(name));
    if (fresh.length > 0) {
      const fetched = last.then(() => fetchAdvisories(fresh, databasePath, options));
      last = fetched.catch(() => undefined);
      for (const name of fresh) asked.set(name, fetched);
    }
    const all = await Promise.all(new Set(ecosystems.flatMap((name) => asked.get(name) ?? [])));
    return {
      notes: [...new Set(all.flatMap(({ notes }) => notes))],
      unserved: ecosystems.filter((name) => all.some(({ unserved }) => unserved.includes(name))),
    };
  };
}

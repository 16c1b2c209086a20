import { Option } from 'commander';

/** The formats of reports; the same as `presenters` of `report/report.ts`, which would have to be loaded. */
export const formats = ['table', 'json'] as const;

/** `--format`. */
export const format = (): Option =>
  new Option('--format <FORMAT>', 'how to print it').choices([...formats]).default('table');

/** `--db`. */
export const database = (): Option => new Option('--db <FILE>', 'the advisory database, if not the usual one');

/** `--mirror`. */
export const mirror = (): Option =>
  new Option(
    '--mirror <URL|DIR>',
    'where to fetch advisories instead of from their publishers: holds HOST/PATH of each',
  );

/** `--verbose` of what lists feeds. */
export const everyFeed = (): Option => new Option('-v, --verbose', 'every feed, instead of a line for each publisher');

/** `--quiet`. */
export const quiet = (): Option => new Option('-q, --quiet', 'no progress and no remarks');

/** An option that is given once for each value: one that takes all that follows would take the reference too. */
export const several = (flags: string, description: string): Option =>
  new Option(flags, `${description}; may be given several times`).argParser(
    (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
  );

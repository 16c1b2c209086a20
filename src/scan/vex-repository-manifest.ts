/*
 * VEX Repository Specification 0.1, chapter 2:
 *
 *   manifest = { name, description, versions: { "v0": version }, latest_version }
 *   version  = { spec_version: "v0.1", locations: [ { url } ], update_interval, repository_specific? }
 *   url      = "https://" … [ "//" subfolder ]
 *   interval = 1*( number ( "h" / "m" / "s" / "ms" / "us" / "ns" ) )       (durations of Go)
 */

/** Where an archive is, and which folder in it is the repository. */
export interface ArchiveLocation {
  readonly url: string;
  /** With a slash at its end; empty for the archive's root. */
  readonly folder: string;
}

/** What a repository's manifest says of how to get it. */
export interface RepositoryManifest {
  readonly locations: readonly ArchiveLocation[];
  readonly intervalMs: number;
}

const minute = 60_000;
const hour = 60 * minute;
/** Where nothing is said. */
export const usualIntervalMs: number = 24 * hour;
const shortest = 10 * minute;
const longest = 7 * 24 * hour;
const mostLocations = 16;

type Fields = Readonly<Record<string, unknown>>;

/** The manifest in a JSON document; undefined where it is none, without locations where none is of a version known here. */
export function readManifest(document: unknown): RepositoryManifest | undefined {
  const { versions } = fieldsOf(document);
  if (typeof versions !== 'object' || versions === null || Array.isArray(versions)) return undefined;
  const version = Object.values(versions as Fields)
    .map(fieldsOf)
    .find(({ spec_version: spec }) => typeof spec === 'string' && /^v?0\.\d+$/.test(spec));
  const locations = Array.isArray(version?.['locations']) ? version['locations'] : [];
  return {
    locations: locations.slice(0, mostLocations).flatMap((location) => {
      const { url } = fieldsOf(location);
      return typeof url === 'string' ? splitLocation(url) : [];
    }),
    intervalMs: durationOf(version?.['update_interval']),
  };
}

/** An address and the folder behind its `//`. */
export function splitLocation(address: string): ArchiveLocation {
  const start = address.indexOf('://') + 3;
  const at = address.indexOf('//', start);
  if (at === -1) return { url: address, folder: '' };
  const folder = address.slice(at + 2).replaceAll(/^\/+|\/+$/g, '');
  return { url: address.slice(0, at), folder: folder === '' ? '' : `${folder}/` };
}

const units: Readonly<Record<string, number>> = { h: hour, m: minute, s: 1000, ms: 1, us: 1e-3, µs: 1e-3, ns: 1e-6 };

function durationOf(text: unknown): number {
  if (typeof text !== 'string' || !/^(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$/.test(text)) return usualIntervalMs;
  let sum = 0;
  for (const [, value, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)) {
    sum += Number(value) * (units[unit] ?? 0);
  }
  return Math.min(longest, Math.max(shortest, sum));
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

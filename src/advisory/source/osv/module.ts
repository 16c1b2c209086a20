/*
 * Which module stream a build belongs to (RPM modularity). Records do not say so in a field; it is derived:
 *
 *   modular build  = a fixed version whose release has ".module_el" (AlmaLinux) or ".module+el" (Rocky Linux, Red Hat)
 *   streams        = every "name:stream" in the summary: "Important: mariadb:10.3 and mariadb-devel:10.3 security update"
 *
 * A summary with several streams does not tell which package is of which: the entry is then given for each of them, and the
 * label of the installed package picks the right one. A summary without a stream leaves a modular build without qualifier,
 * so that it is compared with every build of that name. Builds that are not modular have the qualifier "".
 */
import type { Affected } from '../../advisory.ts';

const STREAM = /(?<![\w.:+-])([A-Za-z0-9][\w.+-]*):([A-Za-z0-9][\w.+-]*)/g;

/** The streams that the summary names, in its order. */
export function streamsIn(summary: string): readonly string[] {
  const words = summary.slice(0, 500).replace(/^[A-Z]+-\d+:\d+:?/, '');
  return [...new Set([...words.matchAll(STREAM)].map(([, name, stream]) => `${name}:${stream}`))];
}

/** Whether the version is one of a build in a module. */
export function isModuleBuild(version: string): boolean {
  return /\.module[_+]el/.test(version);
}

/** The entry with its module qualifier, once per stream; as it is when it has no fixed version to tell by. */
export function qualified(entry: Affected, streams: readonly string[]): readonly Affected[] {
  const fixed = fixedVersion(entry);
  if (fixed === undefined) return [entry];
  if (!isModuleBuild(fixed)) return [{ ...entry, qualifiers: { ...entry.qualifiers, module: '' } }];
  if (streams.length === 0) return [{ ...entry, note: 'a module build, of a stream that the record does not name' }];
  return streams.map((module) => ({ ...entry, qualifiers: { ...entry.qualifiers, module } }));
}

/** The version where the only range ends, when that range begins at the first version. */
export function fixedVersion(entry: Affected): string | undefined {
  const [range, ...more] = entry.ranges;
  if (range === undefined || more.length > 0 || range.type !== 'ecosystem' || range.events.length !== 2)
    return undefined;
  const [start, end] = range.events;
  if (start === undefined || !('introduced' in start) || start.introduced !== '0') return undefined;
  return end !== undefined && 'fixed' in end ? end.fixed : undefined;
}

import type { Qualifiers } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';

/**
 * Operating systems, as Go (`GOOS`) and Rust (`target_os`) call them. A record with any other name, which may be that of a
 * family, is not limited to any.
 */
const known: ReadonlySet<string> = new Set([
  'aix',
  'android',
  'darwin',
  'dragonfly',
  'freebsd',
  'fuchsia',
  'haiku',
  'illumos',
  'ios',
  'js',
  'linux',
  'macos',
  'netbsd',
  'openbsd',
  'plan9',
  'redox',
  'solaris',
  'wasip1',
  'windows',
]);

/** The operating systems that alone have the flaw; undefined when it is limited to none. */
export function systemsIn(fields: Readonly<Record<string, unknown>>): Pick<Qualifiers, 'systems'> | undefined {
  const systems = namesIn(fields);
  return systems?.every((name) => known.has(name)) ? { systems } : undefined;
}

/** The operating systems that an entry is limited to, in words; undefined when it is limited to none. */
export function systemsNote(fields: Readonly<Record<string, unknown>>): string | undefined {
  const systems = namesIn(fields);
  return systems && `only on ${systems.join(', ')}`;
}

/** By `goos` of every package that it names (Go), or by `affects.os` (RustSec). */
function namesIn(fields: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const specific = asObject(fields['ecosystem_specific']);
  const { imports } = specific ?? {};
  const lists = Array.isArray(imports)
    ? imports.map((one) => asObject(one)?.['goos'])
    : [asObject(specific?.['affects'])?.['os']];
  const systems = new Set<string>();
  for (const list of lists) {
    if (!Array.isArray(list) || list.length === 0) return undefined;
    for (const name of list) systems.add(asText(name)?.slice(0, 40) ?? '');
  }
  return systems.size === 0 || systems.size > 20 ? undefined : [...systems];
}

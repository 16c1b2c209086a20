import { rpm } from '../../../version/rpm.ts';
import type { Affected } from '../../advisory.ts';
import { fixedVersion, isModuleBuild } from './module.ts';

/**
 * Joins the entries of one record that give several fixed builds of the same package, as AlmaLinux does when a module was
 * rebuilt (`…module_el8.3.0+2044`, `…module_el8.4.0+2496`) or a package released again: each of the builds has the fix, so
 * the package is affected only below the lowest. Taken as OSV's union of ranges they would report the fixed builds.
 */
export function joinBuilds(entries: readonly Affected[]): readonly Affected[] {
  const lowest = new Map<string, Affected>();
  const joined: Affected[] = [];
  for (const entry of entries) {
    const fixed = fixedVersion(entry);
    if (fixed === undefined || rpm.parse(fixed).kind === 'unparsable') {
      joined.push(entry);
      continue;
    }
    const key = `${entry.ecosystem}\n${entry.package}\n${isModuleBuild(fixed)}`;
    const other = lowest.get(key);
    if (other === undefined || isLower(fixed, fixedVersion(other) ?? '')) lowest.set(key, entry);
  }
  return [...lowest.values(), ...joined];
}

function isLower(version: string, than: string): boolean {
  const [a, b] = [rpm.parse(version), rpm.parse(than)];
  return a.kind !== 'unparsable' && b.kind !== 'unparsable' && rpm.compare(a, b) < 0;
}

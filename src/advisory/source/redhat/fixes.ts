/*
 * Releases of RPM packages end in the release of Red Hat Enterprise Linux that they were built for:
 *
 *   release = number *( "." number ) "." [ "module+" ] "el" major [ ( "_" / "." ) minor ] …
 *
 * Builds without a minor release are of the trunk, of which all later minor releases are cut; those with one are of the
 * branch that looks after it.
 */
import { rpm } from '../../../version/rpm.ts';
import type { Affected } from '../../advisory.ts';

/**
 * What is affected where several builds are said to have the fix: below the lowest, and between two of them what is not
 * of the lower one's branch. The next minor release may be cut of a trunk without the fix although its version is higher.
 * Undefined when a version can't be read.
 */
export function rangesBelow(versions: readonly string[]): Affected['ranges'] | undefined {
  const read = versions.map((text) => rpm.parse(text));
  const ordered = read.flatMap((one) => (one.kind === 'version' ? [one] : [])).toSorted((a, b) => rpm.compare(a, b));
  if (ordered.length < read.length) return undefined;
  const ranges: Affected['ranges'][number][] = [];
  let from = '0';
  for (const fix of ordered) {
    const start = rpm.parse(from);
    if (from !== '0' && start.kind === 'version' && rpm.compare(start, fix) >= 0) {
      from = endOfBranch(fix.text) ?? '';
      if (from === '') break;
      continue;
    }
    ranges.push({ type: 'ecosystem', events: [{ introduced: from }, { fixed: fix.text }] });
    const end = endOfBranch(fix.text);
    if (end === undefined) break;
    from = end;
  }
  return ranges;
}

/** The lowest version that may be of another branch; undefined for builds of the trunk. */
function endOfBranch(version: string): string | undefined {
  const match = /^(.*-)((?:\d+\.)*(?:.*\.)?(?:module[+_])?)el(\d+)([._])(\d+)/.exec(version);
  if (match === null) return undefined;
  const [, before = '', prefix = '', major = '', mark = '', minor = '0'] = match;
  // Kernels (70.22.1.el9_0) count on in their branch; each minor release has its own first number.
  const kernel = /^(\d+)\.\d+\.\d+\.$/.exec(prefix)?.[1];
  if (kernel !== undefined) return `${before}${Number(kernel) + 1}`;
  return `${before}${prefix}el${major}${mark}${Number(minor) + 1}`;
}

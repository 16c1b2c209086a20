import { packagePurl, parsePurl } from '../../purl/purl.ts';
import type { Wish } from './finish.ts';

/** Versions of a package by a range that holds for this one alone; undefined where it has signs that no range may. */
export function onlyVersion(version: string): string | undefined {
  return /^[^\s,|<>=!*?]+$/.test(version) ? `= ${version}` : undefined;
}

/**
 * The package that a purl names, of any version where it gives none; what is wrong with it otherwise. Qualifiers can't be
 * asked for, but for `epoch`, which is a part of the version.
 */
export function packageOfPurl(text: string): Wish['package'] | 'bad-purl' | 'not-expressible' {
  const purl = parsePurl(text);
  if (purl === undefined) return 'bad-purl';
  const { type, namespace, name, version } = purl;
  const { epoch, ...others } = purl.qualifiers;
  if (Object.keys(others).length > 0 || text.includes('#') || (epoch !== undefined && version === undefined)) {
    return 'not-expressible';
  }
  const glob = `${packagePurl({ type, namespace, name })}@*`;
  if (version === undefined) return { purl: glob };
  const range = onlyVersion(epoch === undefined ? version : `${epoch}:${version}`);
  return range === undefined ? 'not-expressible' : { purl: glob, version: range };
}

import type { SourcePackage } from '../../inventory/inventory.ts';

/**
 * The source package named by a `SOURCERPM` tag; undefined when it is not of this form, read from the right:
 *
 *   sourcerpm = name "-" version "-" release (".src.rpm" / ".nosrc.rpm")     ; no "-" in version and release
 *
 * It carries no epoch: `epoch` is the binary's, as packages of one source nearly always share it and advisories by
 * source write it.
 */
export function parseSourceRpm(text: string, epoch: number | undefined): SourcePackage | undefined {
  const match = /^(.+)-([^-]+)-([^-]+)\.(?:no)?src\.rpm$/.exec(text);
  const [, name, version, release] = match ?? [];
  if (!name || !version || !release) {
    return undefined;
  }
  return { name, version: versionText(epoch, version, release) };
}

/** `[epoch:]version-release`; an epoch of 0 is the same as none (rpm-version(7)) and left out. */
export function versionText(epoch: number | undefined, version: string, release: string): string {
  return epoch ? `${epoch}:${version}-${release}` : `${version}-${release}`;
}

/** The tags of an rpm header that are read (rpm, include/rpm/rpmtag.h). */
export const tags = {
  headerSignatures: 62,
  headerImmutable: 63,
  sha1Header: 269,
  sha256Header: 273,
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  license: 1014,
  packager: 1015,
  arch: 1022,
  oldFileNames: 1027,
  fileModes: 1030,
  fileDigests: 1035,
  fileStates: 1029,
  sourceRpm: 1044,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  fileDigestAlgorithm: 5011,
  modularityLabel: 5096,
} as const;

const names = new Map<number, string>(Object.entries(tags).map(([name, tag]) => [tag, name]));

/** Whether anything here reads the tag. */
export function isRead(tag: number): boolean {
  return names.has(tag);
}

/** What the tag is called above. */
export function tagName(tag: number): string {
  return names.get(tag) ?? String(tag);
}

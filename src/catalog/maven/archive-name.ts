/** What is loaded as an archive of Java, wherever it lies; more than Java uses the names of `others`. */
const javas: ReadonlySet<string> = new Set(['jar', 'war', 'ear', 'jpi', 'hpi', 'lpkg']);
/** SAP, JBoss, connectors, Karaf, NiFi, Axis2 and others; also a packer's, a mirror's, Perl's, Mozilla's, Android's. */
const others: ReadonlySet<string> = new Set(['par', 'sar', 'rar', 'kar', 'nar', 'far', 'mar', 'aar', 'esa', 'car']);

/** All endings, in lower case. */
export const archiveEndings: readonly string[] = [...javas, ...others];

/** Whether a file of that name is an archive of Java: `surely`, or `maybe` when other formats have such names too. */
export function archiveKind(path: string): 'surely' | 'maybe' | undefined {
  const { length } = path;
  const at = path.charCodeAt(length - 4) === 0x2e ? length - 3 : path.charCodeAt(length - 5) === 0x2e ? length - 4 : -1;
  if (at < 2 || path.charCodeAt(at - 2) === 0x2f) return undefined;
  const ending = path.slice(at).toLowerCase();
  return javas.has(ending) ? 'surely' : others.has(ending) ? 'maybe' : undefined;
}

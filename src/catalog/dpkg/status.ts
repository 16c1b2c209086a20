import type { Stanza } from '../stanza.ts';

/** The fields that are read, in the order of `Stanza.values`. */
export const statusFields: readonly string[] = [
  'package',
  'status',
  'version',
  'architecture',
  'source',
  'maintainer',
  'section',
  'essential',
];

/** A package as dpkg records it. */
export interface StatusRecord {
  readonly name: string;
  readonly version: string;
  readonly architecture?: string | undefined;
  readonly source: { readonly name: string; readonly version: string };
  readonly status?: string | undefined;
  readonly maintainer?: string | undefined;
  readonly section?: string | undefined;
  readonly essential: boolean;
}

/** A stanza read: a package that is there, one that is not, or why it can't be told; with what else is odd. */
export interface StatusReading {
  readonly record?: StatusRecord;
  readonly faults: readonly string[];
}

/**
 * States (third word of `Status`, dpkg(1) "Package states") in which files of the package are in place. Whether it is
 * wanted (first word) does not matter: `deinstall ok installed` is still there.
 */
const present: ReadonlySet<string> = new Set([
  'half-installed',
  'unpacked',
  'half-configured',
  'triggers-awaited',
  'triggers-pending',
  'installed',
]);
const absent: ReadonlySet<string> = new Set(['not-installed', 'config-files']);

/** Reads a stanza of `status`, or of `status.d`, where a package is there without a `Status`. */
export function readStatus(stanza: Stanza, needsStatus: boolean): StatusReading {
  const [written = '', status, version = '', architecture = '', source, maintainer, section, essential] = stanza.values;
  const name = written.toLowerCase();
  const faults = Array.from(stanza.faults, (fault) => `line ${fault.line}: ${fault.text}`);
  const state = status === undefined && !needsStatus ? 'installed' : status?.slice(status.lastIndexOf(' ') + 1);
  if (absent.has(state ?? '')) return { faults };
  const lacks = (field: string): number =>
    faults.push(`line ${stanza.line}: ${name || 'stanza'} without usable ${field}`);
  // dpkg reads names in lower case, whatever case the record has.
  if (!packageName.test(name)) lacks('Package');
  if (!present.has(state ?? '')) lacks('Status');
  if (version === '' || blank.test(version)) lacks('Version');
  if (faults.length > stanza.faults.length) return { faults };
  if (!architectureName.test(architecture)) lacks('Architecture');
  const built = sourceOf(source, name, version);
  if (built === undefined) lacks('Source');
  const record: StatusRecord = {
    name,
    version,
    architecture: architecture || undefined,
    source: built ?? { name, version },
    status,
    maintainer: maintainer || undefined,
    section: section || undefined,
    essential: essential?.toLowerCase() === 'yes',
  };
  return { record, faults };
}

/** Names of packages (Debian policy 5.6.7), in whatever case. */
export const packageName: RegExp = /^[A-Za-z0-9][\w+.-]*$/;
/** Names of architectures. */
export const architectureName: RegExp = /^[\w-]+$/;
/** What no version has. */
export const blank: RegExp = /[\s\p{Cc}]/u;
const sourceField = /^([A-Za-z0-9][\w+.-]*)(?:\s*\(\s*([^()\s]+)\s*\))?$/;

/**
 * The source of a binary package: `Source: name [(version)]`, each defaulting to the binary's own (deb-control(5)). A
 * binary-only rebuild (`+b1`) names its source's version, so nothing is ever cut off the binary's. Undefined if malformed.
 */
export function sourceOf(
  source: string | undefined,
  name: string,
  version: string,
): StatusRecord['source'] | undefined {
  if (!source) return { name, version };
  const match = sourceField.exec(source);
  return match?.[1] ? { name: match[1], version: match[2] ?? version } : undefined;
}

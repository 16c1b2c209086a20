import { ArchiveError } from './error.ts';
import type { AptSource, SignedBy, Voice } from './model.ts';

/** File that is being read, and for whom it speaks. */
export interface Place {
  readonly voice: Voice;
  readonly file: string;
}

/** Where sources go, and what is wrong with others. */
export interface Sink {
  keep(source: AptSource): void;
  tell(problem: ArchiveError): void;
}

/** An entry as both formats give it, before its addresses are looked at. */
export interface Entry {
  readonly line: number;
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly architectures: readonly string[];
  readonly signedBy: SignedBy;
  readonly trusted?: boolean;
}

/** Every address with every suite; those that apt knows and this program does not are told. */
export function spread(entry: Entry, place: Place, sink: Sink): void {
  const { uris, suites, components, ...rest } = entry;
  for (const uri of uris) {
    if (!/^https?:\/\/[^/]/i.test(uri) || URL.parse(uri) === null) {
      sink.tell(
        new ArchiveError(
          'not-supported',
          'the address of an apt source is not one of http or https',
          at(place, entry.line, uri),
        ),
      );
      continue;
    }
    for (const suite of suites) {
      const flat = suite.endsWith('/');
      if (!isPath(suite) || !components.every(isPath) || flat !== (components.length === 0)) {
        sink.tell(
          new ArchiveError(
            'bad-source',
            'the suite or the components of an apt source are none',
            at(place, entry.line, suite),
          ),
        );
        continue;
      }
      const base = uri.endsWith('/') ? uri : `${uri}/`;
      sink.keep({ ...place, ...rest, uri: base, suite, components: [...new Set(components)], guessed: false });
    }
  }
}

/** The problem that a line can't be read. */
export function badSource(message: string, place: Place, line: number, detail?: string): ArchiveError {
  return new ArchiveError('bad-source', message, at(place, line, detail));
}

/** `Signed-By`: files by their absolute path, fingerprints, or keys within. */
export function signedByOf(value: string): SignedBy {
  if (value.includes('-----BEGIN PGP')) {
    // Continuation lines have " ." for an empty one.
    const text = value.split('\n').map((line) => (line.trim() === '.' ? '' : line.trim()));
    return { paths: [], fingerprints: [], inline: [`${text.join('\n').trim()}\n`] };
  }
  const parts = value.split(/[\s,]+/).filter((part) => part !== '');
  const paths = parts.filter((part) => part.startsWith('/'));
  const fingerprints = parts.filter((part) => !part.startsWith('/')).map((part) => part.toUpperCase());
  return { paths, fingerprints, inline: [] };
}

/** Nothing said of keys. */
export const anyKey: SignedBy = { paths: [], fingerprints: [], inline: [] };

/** `yes` or `no` as apt reads them (apt.conf(5)); undefined for else. */
export function truthOf(value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (/^(?:yes|true|with|on|enable|1)$/i.test(value)) return true;
  return /^(?:no|false|without|off|disable|0)$/i.test(value) ? false : undefined;
}

/** Relative, without a way out. */
function isPath(text: string): boolean {
  return (
    text === './' ||
    text === '/' ||
    (/^[\w.+:~-]+(?:\/[\w.+:~-]+)*\/?$/.test(text) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(text))
  );
}

function at(place: Place, line: number, detail: string | undefined): { subject: string; detail?: string } {
  return { subject: `${place.file}:${line}`, ...(detail !== undefined && { detail: withoutUser(detail) }) };
}

function withoutUser(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//');
}

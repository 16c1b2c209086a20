import ubuntuReleases from '../../../distro/ubuntu-releases.json' with { type: 'json' };
import type { Affected, FixState } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';
import { summaryLine } from '../summary.ts';

/** One statement of a document, as far as it is read. */
export interface Statement {
  readonly status: string;
  readonly justification: string | undefined;
  /** Why, in the team's words. */
  readonly words: string;
  readonly products: unknown;
}

const RELEASES: ReadonlyMap<string, string> = new Map(Object.entries(ubuntuReleases));
const SOURCE = /^pkg:deb\/ubuntu\/([^@?/]+)@[^?]*\?(?=(?:.*&)?arch=source(?:&|$))(?:.*&)?distro=([a-z/-]+)/;

/** What is said of one source package in one release, archive by archive. */
interface Said {
  readonly ecosystem: string;
  readonly package: string;
  /** Of the release's own archive. */
  own?: Statement;
  /** The first that says of Expanded Security Maintenance that the flaw is not in it. */
  clearedBeside?: Statement;
  /** Whether an archive for subscribers has the fix. */
  paid: boolean;
}

/**
 * What the statements of one document add to fixed versions. That the flaw is not in the builds of Expanded Security
 * Maintenance goes for the release too, whose builds those are with further patches, unless somebody has looked at the
 * release's own; that it is in them does not. Undefined when a list of products is none.
 */
export function affectedIn(statements: readonly Statement[]): readonly Affected[] | undefined {
  const all = new Map<string, Said>();
  for (const statement of statements) {
    if (!Array.isArray(statement.products)) return undefined;
    for (const product of statement.products) {
      const purl = asText(asObject(product)?.['@id']) ?? asText(product) ?? '';
      const [, name, archive] = SOURCE.exec(purl) ?? [];
      if (name !== undefined && archive !== undefined) hear(all, decoded(name), archive, statement);
    }
  }
  return [...all.values()].flatMap(settled);
}

function hear(all: Map<string, Said>, name: string, archive: string, statement: Statement): void {
  const place = placeOf(archive);
  if (place === undefined) return;
  const key = `${place.ecosystem}\n${name}`;
  const said = all.get(key) ?? { ecosystem: place.ecosystem, package: name, paid: false };
  all.set(key, said);
  if (place.own) said.own = statement;
  else if (statement.status === 'fixed') said.paid = true;
  else if (isCleared(statement)) said.clearedBeside ??= statement;
}

/** A package that the release has not is another matter. */
function isCleared({ status, justification }: Statement): boolean {
  return status === 'not_affected' && justification !== 'component_not_present';
}

/** Whether nobody has looked at the release's own builds: none is named, it waits to be, or support had ended before. */
function isUnseen(own: Statement | undefined): boolean {
  if (own === undefined) return true;
  const state = stateOf(own);
  return own.status === 'under_investigation' ? state === undefined : state === 'end-of-life';
}

/** Archives of other builds (`fips/focal`, `realtime/jammy`, `bluefield/jammy`, `ros-esm/focal`) are left out. */
function placeOf(archive: string): { readonly ecosystem: string; readonly own: boolean } | undefined {
  const [head = '', tail] = archive.split('/');
  const own = tail === undefined;
  const isMaintenance = tail === 'esm' || /^esm-(?:infra|apps)(?:-legacy)?$/.test(head);
  if (!own && !isMaintenance) return undefined;
  const ecosystem = RELEASES.get(own || tail === 'esm' ? head : tail);
  return ecosystem === undefined ? undefined : { ecosystem, own };
}

function settled({ ecosystem, package: name, own, clearedBeside, paid }: Said): readonly Affected[] {
  const cleared = own !== undefined && isCleared(own) ? own : isUnseen(own) ? clearedBeside : undefined;
  const base = { ecosystem, package: name, appliesTo: 'source', ranges: [] } as const;
  const why = cleared ?? own;
  if (why === undefined) return [];
  const words = summaryLine(reasonIn(why.words));
  const note = words === undefined ? {} : { note: words };
  if (cleared !== undefined) return [{ ...base, status: 'not-affected', fixState: 'unknown', ...note }];
  // The fixed version stands in the OSV record alone.
  if (own === undefined || own.status === 'fixed' || paid || own.status === 'not_affected') return [];
  const state = stateOf(own);
  if (state === undefined) return [{ ...base, status: 'undetermined', fixState: 'unknown', ...note }];
  return [{ ...base, status: 'affected', fixState: state, ...note }];
}

/** What can be expected of a fix; undefined while nobody knows whether the package is affected. */
function stateOf({ status, words }: Statement): FixState | undefined {
  if (/\bdeferred\b/.test(openingOf(words))) return 'deferred';
  if (status !== 'affected') return undefined;
  if (/\bdecided to not fix\b/.test(words)) return 'will-not-fix';
  return /\bno longer supported\b/.test(words) ? 'end-of-life' : 'not-fixed';
}

const NOTES = 'CVE Notes / justification:';

function openingOf(words: string): string {
  return words.split(NOTES, 1)[0] ?? words;
}

/** The team's own note, else the sentence that stands for the status. */
function reasonIn(words: string): string {
  const at = words.indexOf(NOTES);
  return at < 0 ? words : words.slice(at + NOTES.length);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

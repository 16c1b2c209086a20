import type { AffectedStatus, FixState } from '../../advisory.ts';
import type { CsafDocument, CsafRemark, CsafStatus, CsafVulnerability } from '../csaf/csaf.ts';
import { type Component, componentOf } from './component.ts';

/** What a document says of one package of one product. */
export interface Statement {
  readonly component: Component;
  readonly status: AffectedStatus | 'fixed';
  readonly fixState: FixState;
  /** The notice with the fix, or Red Hat's words on why there is none. */
  readonly note?: string;
  /** Red Hat's impact, where it differs from that of the flaw as a whole. */
  readonly impact?: string;
}

const STATUSES: ReadonlyMap<CsafStatus, Statement['status']> = new Map([
  ['first_fixed', 'fixed'],
  ['fixed', 'fixed'],
  ['recommended', 'fixed'],
  ['first_affected', 'affected'],
  ['known_affected', 'affected'],
  ['last_affected', 'affected'],
  ['under_investigation', 'undetermined'],
  ['known_not_affected', 'not-affected'],
]);

/** Statements on packages; those on container images, jars and products as a whole are passed over. */
export function statementsIn(document: CsafDocument, flaw: CsafVulnerability): readonly Statement[] {
  const impacts = byProduct(flaw.threats.filter(({ kind }) => kind === 'impact'));
  const flags = byProduct(flaw.flags);
  const [remedies, fixes] = [
    byProduct(flaw.remediations.filter(({ kind }) => kind in STATES)),
    byProduct(flaw.remediations.filter(({ kind }) => kind === 'vendor_fix')),
  ];
  const overall = document.severity?.toLowerCase();
  const statements: Statement[] = [];
  for (const [name, products] of flaw.statuses) {
    const status = STATUSES.get(name) ?? 'undetermined';
    for (const id of products) {
      const component = componentOf(document.parts(id) ?? []);
      if (component === undefined || isDebug(component)) continue;
      const impact = impacts.get(id)?.text;
      const differs = impact !== undefined && impact.toLowerCase() !== overall && status !== 'not-affected';
      const said = status === 'fixed' ? noticeOf(fixes.get(id)) : remedyOf(status, remedies.get(id), flags.get(id));
      statements.push({ component, status, ...said, ...(differs ? { impact } : {}) });
    }
  }
  return statements;
}

/** Symbols and sources for debuggers, which hold nothing that runs. */
function isDebug({ name, kind }: Component): boolean {
  return kind === 'binary' && /-debug(?:info|source)(?:-common)?$/.test(name);
}

/** The last remark on each product. */
function byProduct(remarks: readonly CsafRemark[]): ReadonlyMap<string, CsafRemark> {
  return new Map(remarks.flatMap((remark) => remark.products.map((id) => [id, remark] as const)));
}

function noticeOf(remark: CsafRemark | undefined): Pick<Statement, 'fixState' | 'note'> {
  const notice = /\/errata\/(RH[SBE]A-\d+:\d+)/.exec(remark?.url ?? '')?.[1];
  return { fixState: 'fixed', ...(notice === undefined ? {} : { note: notice }) };
}

/** What a remedy without a fix means where its words say no more. */
const STATES: Readonly<Record<string, FixState>> = {
  no_fix_planned: 'will-not-fix',
  none_available: 'not-fixed',
  fix_planned: 'not-fixed',
};

const WORDS: readonly (readonly [RegExp, FixState])[] = [
  [/out of support|end of life/i, 'end-of-life'],
  [/will not fix|won't fix/i, 'will-not-fix'],
  [/defer/i, 'deferred'],
];

function remedyOf(
  status: Statement['status'],
  remedy: CsafRemark | undefined,
  flag: CsafRemark | undefined,
): Pick<Statement, 'fixState' | 'note'> {
  if (status === 'not-affected') return { fixState: 'unknown', ...noteOf(flag?.text) };
  const state = remedy === undefined ? (status === 'affected' ? 'not-fixed' : 'unknown') : STATES[remedy.kind];
  const word = WORDS.find(([pattern]) => pattern.test(remedy?.text ?? ''))?.[1];
  return { fixState: word ?? state ?? 'unknown', ...noteOf(remedy?.text) };
}

function noteOf(text: string | undefined): Pick<Statement, 'note'> {
  const note = text?.replace(/\s+/g, ' ').trim().slice(0, 120);
  return note === undefined || note === '' || note === 'Affected' ? {} : { note };
}

import type { Finding, SuppressedFinding, VexCitation, VexUse } from '../finding/finding.ts';
import type { Inventory, Package } from '../inventory/inventory.ts';
import { type Purl, parsePurl } from '../purl/purl.ts';
import { settle, settles, type VexAnswer } from '../vex/vex.ts';
import type { DocumentsRead } from './vex-documents.ts';
import type { Bears } from './vex-image-name.ts';

/** What VEX made of the findings. */
export interface VexOutcome {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly use?: VexUse;
}

/** The purls by which statements may name what is in an image: as packages and as their sources, by release or codename. */
export function purlsOf({ purl, source }: Package, codename: string | undefined): readonly Purl[] {
  const parsed = parsePurl(purl);
  if (parsed === undefined) return [];
  const ofSource: Purl = {
    ...parsed,
    name: source?.name ?? parsed.name,
    version: source?.version ?? parsed.version ?? '',
    qualifiers: { ...parsed.qualifiers, arch: 'source' },
  };
  const both = source === undefined ? [parsed] : [parsed, ofSource];
  if (codename === undefined || parsed.qualifiers['distro'] === undefined) return both;
  return both.flatMap((one) => [one, { ...one, qualifiers: { ...one.qualifiers, distro: codename } }]);
}

/** Lets documents settle findings: those not affected or fixed go to the suppressed ones, others are marked. */
export function applyVex(
  findings: readonly Finding[],
  { documents, passedOver }: DocumentsRead,
  { packages, distro, subject }: Inventory,
  indexDigests: readonly string[] = [],
  bears?: Bears,
): VexOutcome {
  if (documents.length === 0 && passedOver.length === 0) return { findings, suppressed: [] };
  const codename = distro?.codename;
  const byId = new Map(packages.map((found) => [found.id, purlsOf(found, codename)]));
  const asked = findings.map((finding) => ({
    names: [finding.vulnerability.id, ...finding.vulnerability.aliases],
    purls: byId.get(finding.package.id) ?? [],
  }));
  const digests = [subject.digest, subject.configDigest, ...indexDigests].filter((digest) => digest !== undefined);
  const { answers, unmatched } = settle(asked, documents, {
    digests: new Set(digests),
    ...(bears === undefined ? {} : { bears }),
    purls: [...byId.values()].flat(),
  });
  const left: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const [at, finding] of findings.entries()) {
    const answer = answers[at];
    if (answer === undefined) left.push(finding);
    else if (settles(answer.statement)) suppressed.push({ finding, vex: cite(answer) });
    else left.push({ ...finding, vex: cite(answer) });
  }
  return {
    findings: left,
    suppressed,
    use: {
      documents: documents.map(({ id, format, place, digest, statements, unread }) => {
        return { id, format, place, digest, statements: statements.length, unread };
      }),
      passedOver,
      unmatched: unmatched.map(({ document, statement, because, product }) => ({
        document: document.place,
        statement: statement.index,
        flaw: statement.names[0] ?? '',
        product,
        because,
      })),
    },
  };
}

function cite({ document, statement, otherwise }: VexAnswer): VexCitation {
  const { status, justification, text, timestamp, index } = statement;
  return {
    status,
    ...(justification === undefined ? {} : { justification }),
    ...(text === undefined ? {} : { text }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(document.author === undefined ? {} : { author: document.author }),
    document: document.place,
    digest: document.digest,
    statement: index,
    signature: 'unverified',
    ...(otherwise.length === 0
      ? {}
      : {
          otherwise: otherwise.map((one) => ({
            status: one.statement.status,
            document: one.document.place,
            statement: one.statement.index,
            ...(one.statement.timestamp === undefined ? {} : { timestamp: one.statement.timestamp }),
          })),
        }),
  };
}

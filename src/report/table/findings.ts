import type { Evidence, Finding } from '../../finding/finding.ts';
import { day } from '../../internal/terminal-figures.ts';
import { clipped, flow, type Line, labelled, type Span, span } from '../../internal/terminal-layout.ts';
import type { LayerRef } from '../../inventory/inventory.ts';
import type { Group } from './groups.ts';
import { figure } from './risk.ts';
import { fixText, severityTone } from './words.ts';

/** Column of what is said of a flaw, right of the longest severity. */
const under = 13;
const indentUnder = { first: under, rest: under + 2 };

/** How much of a finding is shown. */
export interface FindingView {
  readonly width: number;
  readonly verbose: boolean;
  /** Says of each what it puts at risk. */
  readonly risk: boolean;
  /** Layers of the image; 0 for a root file system. */
  readonly layers: number;
}

/** One group: its packages, the layer that brought them, and each of its flaws. */
export function groupLines(group: Group, view: FindingView): Line[] {
  return [
    ...flow(groupTitle(group), view.width, { first: 0, rest: 4 }),
    ...(view.layers === 0 ? [] : group.layers.flatMap((layer) => layerLines(layer, view))),
    ...(view.verbose ? placeLines(group, view) : whereLines(group, view)),
    ...group.findings.flatMap((finding) => findingLines(finding, view)),
    [],
  ];
}

function groupTitle({ name, version, members }: Group): Span[] {
  const itself = members.length === 1 && members[0]?.name === name && members[0].version === version;
  const binaries = members.map((member) =>
    member.version === version ? member.name : `${member.name} ${member.version}`,
  );
  return [
    span(name, 'title'),
    span(version, 'title'),
    ...(itself ? [] : [span(`(${[...new Set(binaries)].join(', ')})`)]),
  ];
}

function layerLines(layer: LayerRef, { width, layers, verbose }: FindingView): Line[] {
  const by = layer.createdBy === undefined ? '' : `: ${instruction(layer.createdBy)}`;
  const text = `from layer ${layer.index + 1} of ${layers}`;
  if (!verbose) return [clipped(span(text + by, 'quiet'), width, 2)];
  return flow([span(`${text} (${layer.diffId})${by}`, 'quiet')], width, { first: 2, rest: 4 });
}

/** What a builder recorded, without the shell that it ran in. */
export function instruction(createdBy: string): string {
  const text = createdBy.trim().replace(/ # buildkit$/, '');
  const nop = /^\/bin\/sh -c #\(nop\)\s+(.*)$/s.exec(text);
  if (nop?.[1] !== undefined) return nop[1];
  return text.replace(/^(?:RUN )?(?:\|\d+ .*? )?\/bin\/sh -c\s+/s, 'RUN ');
}

function placeLines({ members }: Group, { width }: FindingView): Line[] {
  const purls = members.map((member) => member.purl);
  const paths = new Set(members.flatMap((member) => member.path ?? []));
  return [...purls, ...paths].flatMap((place) => flow([span(place, 'quiet')], width, { first: 2, rest: 4 }));
}

/** Where the files of a package are that no database of the distribution lists. */
function whereLines({ members }: Group, { width }: FindingView): Line[] {
  return members.flatMap(({ path, places, presence }) => {
    if (path === undefined || places === undefined) return [];
    const more = places > 1 ? `, and ${places - 1} more ${places > 2 ? 'places' : 'place'}` : '';
    const said = presence === undefined ? `in ${path}` : `named by ${path}, not found installed`;
    return [clipped(span(said + more, 'quiet'), width, 2)];
  });
}

function findingLines(finding: Finding, view: FindingView): Line[] {
  const { vulnerability, evidence } = finding;
  const { label } = vulnerability.severity;
  const head = [
    span(vulnerability.id, 'title'),
    span(`· ${fixText(finding.fix)}`, finding.fix.state === 'fixed' ? 'good' : undefined),
    ...(view.risk && finding.risk !== undefined ? [span(`· ${riskText(finding.risk)}`)] : []),
  ];
  return [
    ...labelled({ text: label, tone: severityTone[label] }, under, head, view.width),
    ...(vulnerability.summary === undefined ? [] : [clipped(span(vulnerability.summary), view.width, under)]),
    ...(view.verbose
      ? evidence.flatMap((one) => evidenceLines(one, view.width))
      : flow([span(why(finding), 'quiet')], view.width, indentUnder)),
    ...(finding.vex === undefined ? [] : flow([span(vexText(finding.vex), 'warn')], view.width, indentUnder)),
    ...knownLines(vulnerability, view.width),
    ...(view.verbose ? detailLines(finding, view.width) : []),
  ];
}

/** `risk 3.1 of 100, at most 40.2 (attend)`. */
function riskText({ score, most, assumed, ssvc }: NonNullable<Finding['risk']>): string {
  const doubt = assumed.length === 0 ? '' : `, at most ${figure(most)}`;
  return `risk ${figure(score)} of 100${doubt} (${ssvc})`;
}

function vexText({ status, text, author, document }: NonNullable<Finding['vex']>): string {
  return `VEX: ${status}${text === undefined ? '' : ` (${text})`}, says ${author ?? document}`;
}

/** What is known of its being exploited, and that somebody disputes it. */
function knownLines({ exploited, prediction, disputed }: Finding['vulnerability'], width: number): Line[] {
  const likely = prediction && `EPSS ${(prediction.score * 100).toFixed(1)} % (${day(prediction.date)})`;
  const said = [
    ...(exploited === undefined ? [] : [span(`exploited, known since ${day(exploited.added)}`, 'worst')]),
    ...(exploited?.ransomware ? [span('used by ransomware', 'worst')] : []),
    ...(likely === undefined ? [] : [span(likely, 'quiet')]),
    ...(disputed ? [span('disputed', 'odd')] : []),
  ];
  const parted = said.flatMap((one, at) => (at === 0 ? [one] : [span('·', 'quiet'), one]));
  return parted.length === 0 ? [] : flow(parted, width, indentUnder);
}

/** Why it is said: the comparison, whose record, of which day; for an unknown verdict what stood in the way. */
function why({ evidence, vulnerability, unknownReason }: Finding): string {
  const first = evidence[0];
  if (first === undefined) return unknownReason ?? 'no evidence was recorded';
  const { advisory, source } = first.found;
  const record = advisory === vulnerability.id ? source.name : `${advisory}, ${source.name}`;
  return `${unknownReason ?? first.comparison}; ${record} ${day(source.publishedAt ?? source.fetchedAt)}`;
}

function evidenceLines({ matcher, searchedBy, found, range, comparison, verdict }: Evidence, width: number): Line[] {
  const { source } = found;
  const looked = `looked up ${searchedBy.name} ${searchedBy.version} in ${searchedBy.ecosystem} (${matcher})`;
  const date = source.publishedAt === undefined ? `fetched ${source.fetchedAt}` : `published ${source.publishedAt}`;
  const record = `record ${found.advisory} of ${source.name}, ${date}: ${found.status}, ${range}`;
  return [
    ...flow([span(verdict === 'affected' ? comparison : `${verdict}: ${comparison}`)], width, indentUnder),
    ...[looked, record, `${source.url} ${source.digest}`].flatMap((text) =>
      flow([span(text, 'quiet')], width, { first: under + 2, rest: under + 4 }),
    ),
  ];
}

function detailLines({ vulnerability, id }: Finding, width: number): Line[] {
  const { ratings, weaknesses, aliases, references, published } = vulnerability;
  const lines = [
    ...ratings.map(({ label, value, scheme, by }) =>
      scheme === 'none' ? 'severity unknown: nobody has rated it' : `severity ${label}: ${value} (${scheme}, by ${by})`,
    ),
    ...(weaknesses.length === 0 ? [] : [weaknesses.join(', ')]),
    ...(aliases.length === 0 ? [] : [`also known as ${aliases.join(', ')}`]),
    ...(published === undefined ? [] : [`published ${day(published)}`]),
    ...references.map((reference) => `${reference.type}: ${reference.url}`),
    `finding ${id}`,
  ];
  return lines.flatMap((text) => flow([span(text, 'quiet')], width, indentUnder));
}

/** What can't be told: the package, the flaw, and what stood in the way. */
export function unknownLines(findings: readonly Finding[], width: number): Line[] {
  return findings.flatMap((finding) => {
    const { name, version } = finding.package;
    return [
      ...flow([span(finding.vulnerability.id, 'odd'), span('in'), span(`${name} ${version}`)], width, {
        first: 2,
        rest: 4,
      }),
      ...flow([span(why(finding), 'quiet')], width, { first: 4, rest: 6 }),
    ];
  });
}

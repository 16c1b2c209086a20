import type { Report } from '../../finding/finding.ts';
import { age, count, day } from '../../internal/terminal-figures.ts';
import { flow, type Line, labelled, type Span, span } from '../../internal/terminal-layout.ts';

const labelColumns = 10;

/** What was scanned, and with what. */
export function headLines(report: Report, width: number): Line[] {
  const { subject, distro, provenance } = report;
  const system = distro === undefined ? 'unknown distribution' : distro.name;
  const lines: Line[] = flow([span(subject.reference, 'title')], width, { first: 0, rest: 2 });
  const place = placeText(report);
  if (place !== undefined) lines.push(...field('found', [span(place)], width));
  if (subject.digest !== undefined) lines.push(...field('digest', [span(shortDigest(subject.digest))], width));
  const platform = subject.platform === undefined ? '' : `, ${subject.platform}`;
  lines.push(...field('system', [span(system + platform, distro === undefined ? 'odd' : undefined)], width));
  lines.push(...field('packages', [span(packagesText(report))], width));
  const read = readText(report);
  if (read !== undefined) lines.push(...field('read', [span(read)], width));
  const { database } = provenance;
  if (database !== undefined) {
    const old = age(database.builtAt, provenance.createdAt);
    const date = `${database.starter ? 'starter set of' : 'built'} ${day(database.builtAt)}`;
    lines.push(...field('database', [span(old === '' ? date : `${date}, ${old}`)], width));
  }
  return lines;
}

function field(label: string, spans: readonly Span[], width: number): Line[] {
  return labelled({ text: label, tone: 'quiet' }, labelColumns + 2, spans, width);
}

/** Where an image was found that the user gave by name, and the container that it was looked at in. */
function placeText({ subject: { container }, provenance }: Report): string | undefined {
  const foundAt = provenance.image?.foundAt;
  const place = foundAt && `in ${foundAt.place} ${foundAt.address}`;
  if (container === undefined) return place;
  const name = container.names[0] ?? container.id.slice(0, 12);
  return `container ${name} (${container.state})${place === undefined ? '' : ` ${place}`}`;
}

/** What of the layers had to be read, where that is not all. */
function readText({ provenance: { image }, subject }: Report): string | undefined {
  const { layers, lazy = [] } = image ?? {};
  if (layers === undefined || (layers.known === 0 && lazy.length === 0)) return undefined;
  const all = subject.kind === 'image' ? subject.layers.length : 0;
  const [fetched, of] = [sum(lazy.map((one) => one.fetched)), sum(lazy.map((one) => one.of))];
  // Those that the team's cache gave are among the known.
  const here = layers.known - layers.shared;
  const parts = [
    ...(here === 0 ? [] : [`${here} of ${count(all, 'layer')} known from before`]),
    ...(layers.shared === 0 ? [] : [`${layers.shared} of ${count(all, 'layer')} from the team's cache`]),
    ...(lazy.length === 0
      ? []
      : [`${megabytes(fetched)} of ${megabytes(of)} of ${count(lazy.length, 'layer')} by a table of contents`]),
  ];
  return `${megabytes(layers.bytes)}; ${parts.join(', ')}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function packagesText({ packages, runs }: Report): string {
  const found = runs.filter((run) => run.packages > 0).map((run) => `${run.cataloger} ${run.packages}`);
  const by = found.length === 0 ? '' : ` (${found.join(', ')})`;
  return count(packages.length, 'package') + by;
}

/** `sha256:0123456789ab`: enough to tell images apart by eye. */
function shortDigest(digest: string): string {
  const colon = digest.indexOf(':');
  return digest.slice(0, colon + 13);
}

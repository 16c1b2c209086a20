/*
 * SUSE's OVAL, one definition per CVE, with what is fixed, unfixed and not affected in each product, by binary packages.
 *
 * SUSE publishes the same as CSAF VEX too, one document per CVE, in one archive of all products that unpacks to gigabytes; and
 * only there it says which flaws it will not fix. OVAL comes in one document per service pack (`-affected`: with unfixed flaws),
 * a few megabytes each, so that a scan fetches what it needs: it is the better default. Of openSUSE's releases the documents
 * have hardly any unfixed flaws, and some have no such edition that is packed.
 */
import type { Advisory, AdvisorySource, Feed, Reference, Severity } from '../../advisory.ts';
import {
  childrenOf,
  cvssIn,
  type Definition,
  dateIn,
  parseOval,
  type Skipped,
  textIn,
  wordIn,
  type XmlElement,
} from '../oval/oval.ts';
import { summaryLine } from '../summary.ts';
import { affectedBy } from './affected.ts';
import known from './feeds.json' with { type: 'json' };
import { ecosystemOf } from './product.ts';
import table from './products.json' with { type: 'json' };

const OVAL = 'https://ftp.suse.com/pub/projects/security/oval/';

/** SUSE's and openSUSE's OVAL: for SUSE's products also what has no fix yet. */
export const suse: AdvisorySource = {
  id: 'suse',
  lists: (ecosystem) => (ecosystem.startsWith('openSUSE') ? 'fixes' : 'disclosures'),
  feeds: feedsOf,
  parse: (feed, bytes, keep) => parseOval(bytes, keep, (definition) => advisoryOf(definition, feed.ecosystems)),
};

/** When all releases are wanted, one that SUSE has taken away is no error. */
function feedsOf(ecosystems: readonly string[] | undefined): readonly Feed[] {
  const feeds = new Map<string, Feed>();
  for (const ecosystem of ecosystems ?? ['']) {
    const all = ecosystem === '' || isLine(ecosystem);
    const wanted = all ? allEcosystems().filter((one) => ecosystem === '' || startsLine(one, ecosystem)) : [ecosystem];
    for (const feed of wanted.flatMap(feedOf)) {
      if (!all) feeds.set(feed.url, feed);
      else if (!feeds.has(feed.url)) feeds.set(feed.url, { ...feed, optional: true });
    }
  }
  return [...feeds.values()];
}

/** A product without its release stands for all of them. */
function isLine(ecosystem: string): boolean {
  return ecosystem === 'openSUSE' || (ecosystem.startsWith('SUSE Linux ') && !ecosystem.includes(':'));
}

function startsLine(ecosystem: string, line: string): boolean {
  return ecosystem.startsWith(`${line}:`);
}

function allEcosystems(): readonly string[] {
  const versions = [...known.enterprise, ...Object.values(known.whole).flat()];
  return [
    ...table.bases.flatMap((base) => versions.map((version) => ecosystemOf(base, version))),
    ...known.lines.flatMap(({ name, versions: own }) => own.map((version) => ecosystemOf(name, version))),
  ];
}

/** The version behind a product's name; `""` for one that rolls. */
function versionIn(ecosystem: string, name: string): string | undefined {
  if (name === 'openSUSE:Tumbleweed') return ecosystem === name ? '' : undefined;
  const rest = ecosystem.startsWith(name) ? ecosystem.slice(name.length) : '';
  return /^[ :](\d+\.\d+)$/.exec(rest)?.[1];
}

/** The document of a release; a service pack newer than the list can be asked for by its name. */
function feedOf(ecosystem: string): readonly Feed[] {
  const lines = known.lines.filter(({ name }) => versionIn(ecosystem, name) !== undefined);
  const line = lines.find(({ name, versions }) => versions.includes(versionIn(ecosystem, name) ?? '')) ?? lines[0];
  if (line !== undefined) {
    const file = line.file.replace('$', versionIn(ecosystem, line.name) ?? '');
    return [{ url: OVAL + file, ecosystems: [ecosystem] }];
  }
  const [base = '', version = ''] = ecosystem.split(':');
  const [, major, pack] = /^(\d+)(?:\.(\d+))?$/.exec(version) ?? [];
  if (!table.bases.includes(base) || major === undefined || Number(major) < 12) return [];
  const [whole, packs] = Object.entries(known.whole).find(([, all]) => all.includes(version)) ?? [];
  const release = whole ?? (Number(major) < 16 ? `${major}-sp${pack ?? '0'}` : version);
  return [
    {
      url: `${OVAL}suse.linux.enterprise.${release}-affected.xml.gz`,
      ecosystems: (packs ?? [version]).flatMap((one) => table.bases.map((name) => ecosystemOf(name, one))),
    },
  ];
}

const REJECTED = /DO NOT USE THIS C(?:ANDIDATE NUMBER|VE RECORD)|has been rejected or withdrawn|\*\* REJECT \*\*/i;

function advisoryOf(definition: Definition, ecosystems: readonly string[]): Advisory | Skipped {
  const { title, metadata, advisory, statements } = definition;
  const id = /^CVE-\d{4}-\d{4,}$/.exec(title)?.[0];
  if (id === undefined) return { skipped: 'malformed' };
  const description = textIn(metadata, 'description');
  if (REJECTED.test(description ?? '')) return { skipped: 'withdrawn' };
  if (statements.length === 0) return { skipped: 'no-package' };
  const affected = affectedBy(statements, ecosystems);
  if (affected.length === 0) return { skipped: 'other-product' };
  const summary = summaryLine(description);
  const published = dateIn(advisory, 'issued');
  const modified = dateIn(advisory, 'updated');
  return {
    id,
    aliases: [],
    covers: [],
    ...(summary === undefined ? {} : { summary }),
    ...(published === undefined ? {} : { published }),
    ...(modified === undefined ? {} : { modified }),
    severities: severitiesOf(advisory),
    affected,
    references: [
      ...referencesOf(metadata),
      ...childrenOf(advisory, 'bugzilla').flatMap((bug) => referenceTo('report', bug.attributes.get('href'))),
    ],
  };
}

/** SUSE's word and score, then NVD's as SUSE has it. */
function severitiesOf(advisory: XmlElement | undefined): readonly Severity[] {
  const word = wordIn(textIn(advisory, 'severity'), 'suse');
  const scores = childrenOf(advisory, 'cve').flatMap((cve) =>
    cvssIn(cve, /\bat\s+NVD\s*$/.test(cve.text) || isOfNvd(cve) ? 'nvd' : 'suse'),
  );
  return [...(word === undefined ? [] : [word]), ...scores];
}

function isOfNvd(cve: XmlElement): boolean {
  return (cve.attributes.get('href') ?? '').startsWith('https://nvd.nist.gov/');
}

/** Notices of a flaw that are told: it may have hundreds, and SUSE's page on the flaw lists all. */
const NOTICES = 12;

/** SUSE's page on the flaw and the latest notices; those on images (CU, IU) say nothing of packages. */
function referencesOf(metadata: XmlElement | undefined): readonly Reference[] {
  const references = childrenOf(metadata, 'reference');
  const pages = references.filter(({ attributes }) => attributes.get('source') === 'SUSE CVE');
  const notices = references.filter(({ attributes }) => /^(?:open)?SUSE-SU-/.test(attributes.get('ref_id') ?? ''));
  return [...pages, ...notices.slice(-NOTICES)].flatMap(({ attributes }) =>
    referenceTo('advisory', attributes.get('ref_url')),
  );
}

/** Some addresses are broken over two lines. */
function referenceTo(type: Reference['type'], address: string | undefined): readonly Reference[] {
  const url = address?.replace(/\s+/g, '') ?? '';
  return /^https?:\/\/./.test(url) ? [{ type, url }] : [];
}

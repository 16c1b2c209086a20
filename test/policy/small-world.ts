// A small image, a small database, and the command line over them, as a process has it but in this one.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { endoflife } from '../../src/advisory/source/endoflife/endoflife.ts';
import { epss } from '../../src/advisory/source/epss/epss.ts';
import { kev } from '../../src/advisory/source/kev/kev.ts';
import { run } from '../../src/cli/run.ts';
import type { Output, World } from '../../src/cli/world.ts';
import { updateDatabase } from '../../src/database/database.ts';
import { advisorySources } from '../../src/scan/ecosystems.ts';
import * as judgement from '../../src/scan/judgement.ts';
import { scan } from '../../src/scan/scan.ts';
import { type FlawSpec, writeMirror } from '../images/mirror.ts';
import { writeOciLayout } from '../images/oci-image.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-policy-'));

/** A path in the folder of these tests. */
export const at = (name = ''): string => join(folder, name);

/** Writes a file there; answers its path. */
export function put(name: string, content: string | Buffer): string {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), content);
  return at(name);
}

const scores = {
  high: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
  medium: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N',
};

/** A flaw of an npm package that 2.0.0 fixes. */
function flaw(id: string, name: string, severity: keyof typeof scores): FlawSpec {
  return {
    id: id.replace('CVE', 'GHSA'),
    package: name,
    aliases: [id],
    published: '2024-03-01T00:00:00Z',
    events: [{ introduced: '0' }, { fixed: '2.0.0' }],
    severity: [{ type: 'CVSS_V3', score: scores[severity] }],
  };
}

function feed(url: string | undefined, content: string | Buffer): void {
  if (url === undefined) throw new Error('no feed');
  const { host, pathname } = new URL(url);
  put(join('mirror', host, pathname), content);
}

/** A database of three flaws: of one CISA knows that it is exploited, one is likely to be, one is high. */
export async function makeDatabase(endOfLife: string | boolean = '2099-01-01'): Promise<string> {
  const mirror = at('mirror');
  const flaws = [
    flaw('CVE-2024-1001', 'exploited', 'medium'),
    flaw('CVE-2024-1002', 'high', 'high'),
    flaw('CVE-2024-1003', 'medium', 'medium'),
  ];
  const release = 'v3.20';
  writeMirror(
    mirror,
    { npm: flaws },
    {},
    {
      distroversion: release,
      reponame: 'main',
      packages: [{ pkg: { name: 'busybox', secfixes: { '1.36.1-r0': ['CVE-2024-9'] } } }],
    },
  );
  const entry = {
    cveID: 'CVE-2024-1001',
    vendorProject: 'x',
    product: 'exploited',
    vulnerabilityName: 'x',
    dateAdded: '2024-04-01',
    shortDescription: 'x',
    requiredAction: 'x',
    dueDate: '2024-05-01',
    knownRansomwareCampaignUse: 'Unknown',
  };
  const day = new Date().toISOString().slice(0, 10);
  feed(
    kev.feeds(undefined)[0]?.url,
    JSON.stringify({ catalogVersion: day, dateReleased: `${day}T00:00:00Z`, vulnerabilities: [entry] }),
  );
  const lines = ['CVE-2024-1001,0.9,0.99', 'CVE-2024-1002,0.01,0.2', 'CVE-2024-1003,0.001,0.1'];
  const csv = `#model_version:v2026.06.15,score_date:${day}T00:00:00Z\ncve,epss,percentile\n${lines.join('\n')}\n`;
  feed(epss.feeds(undefined)[0]?.url, gzipSync(csv));
  const alpine = endoflife.feeds(undefined).find(({ url }) => url.includes('alpine'));
  feed(alpine?.url, JSON.stringify([{ cycle: '3.20', releaseDate: '2024-05-22', eol: endOfLife, lts: false }]));
  const path = at(`advisories-${endOfLife}.db`);
  const only = ['alpine', 'osv', 'kev', 'epss', 'endoflife'];
  await updateDatabase({ path, sources: await advisorySources(), only, mirror, tool: 'test', env: {} });
  return path;
}

/** An image on Alpine 3.20 with npm packages at 1.0.0, or at the version that is given. */
export function makeImage(
  name: string,
  packages: Readonly<Record<string, string>>,
  config: Readonly<Record<string, unknown>> = { User: '1000' },
): string {
  const installed = 'C:Q1abc=\nP:busybox\nV:1.36.1-r29\nA:x86_64\no:busybox\nL:GPL-2.0-only\n\n';
  const entries = [
    { name: 'etc/os-release', body: Buffer.from('ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n') },
    { name: 'lib/apk/db/installed', body: Buffer.from(installed) },
    ...Object.entries(packages).map(([own, version]) => ({
      name: `app/node_modules/${own}/package.json`,
      body: Buffer.from(JSON.stringify({ name: own, version, license: 'MIT' })),
    })),
  ];
  writeOciLayout(at(name), { layers: [{ entries }], config });
  return at(name);
}

/** What came of a command line. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function unused(): never {
  throw new Error('not wanted here');
}

/** Carries out the words of a command line. */
export async function seaworthy(...words: readonly string[]): Promise<Ran> {
  return await seaworthyTo(undefined, ...words);
}

/** The same, with another way to write what is told. */
export async function seaworthyTo(write: Output['write'] | undefined, ...words: readonly string[]): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr'): Output => ({
    isTerminal: false,
    columns: undefined,
    isOpen: () => true,
    write: async (text) => {
      written[name] += text;
    },
  });
  const world: World = {
    version: '1.2.3',
    env: { SEAWORTHY_HOME: at('home') },
    stdout: { ...output('stdout'), ...(write === undefined ? {} : { write }) },
    stderr: output('stderr'),
    readInput: () => undefined,
    signal: new AbortController().signal,
    now: () => 0,
    loadScan: async () => scan,
    loadJudgement: async () => judgement,
    loadScanAll: unused,
    loadCaches: unused,
    loadConflicts: unused,
    loadSources: unused,
  };
  return { code: await run(words, world), ...written };
}

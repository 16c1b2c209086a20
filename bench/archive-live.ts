// Holds the archive source against apt on images of plain suites. Usage (as root): node bench/archive-live.ts [--wide] [release…]
//
// For bullseye, bookworm and trixie it makes a minbase of the main suite alone, asks the archive what its updates and
// security suites close, and holds each claim against apt's candidate and the changelog in the package that apt fetches.
// --wide asks for one package of every source of which the security suite has a newer version, instead of the image's.
// Then it spoils what the archive says, which must be refused. Addresses are those of this machine's own apt sources.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type AptSource,
  type Archive,
  aptSettings,
  type Keyring,
  machineAptFiles,
  openArchive,
} from '../src/archive/archive.ts';
import { memoryIn } from '../src/archive/seen.ts';
import { type Clock, systemClock } from '../src/internal/clock.ts';
import { type HttpClient, openHttpClient } from '../src/internal/http.ts';
import { type Apt, entriesByVersion, installedIn, type Listed, privateApt } from './archive-apt.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const work = join(process.env['SEAWORTHY_BENCH_DIR'] ?? join(root, '.cache/bench'), 'archive');
const wide = process.argv.includes('--wide');
const named = process.argv.slice(2).filter((one) => !one.startsWith('--'));
const releases = named.length > 0 ? named : ['bullseye', 'bookworm', 'trixie'];
const settings = aptSettings(machineAptFiles(), 'machine');
const keyrings: readonly Keyring[] = settings.keyrings;

/** This machine's Debian sources, for another release. */
function sourcesFor(release: string): AptSource[] {
  return settings.sources
    .filter(({ suite }) => /^[a-z]+(?:-updates|-security)?$/.test(suite))
    .map((source) => ({ ...source, suite: source.suite.replace(/^[a-z]+/, release), components: ['main'] }));
}

/** A client that counts, and may change what comes. */
function counting(http: HttpClient, spoil: (url: string, body: Uint8Array) => Uint8Array = (_, body) => body) {
  const counts = { bytes: 0, requests: 0 };
  const client: HttpClient = {
    async get(url, headers, signal) {
      const answer = await http.get(url, headers, signal);
      counts.requests++;
      const body = async function* (): AsyncGenerator<Uint8Array> {
        for await (const piece of answer.body()) {
          counts.bytes += piece.length;
          yield spoil(url, piece);
        }
      };
      return { ...answer, body };
    },
    close: () => http.close(),
  };
  return { client, counts };
}

const size = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function flip(body: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(body);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

const at = (shift: number): Clock => ({ ...systemClock, now: () => Date.now() + shift });

function rootOf(release: string, mirror: string): string {
  const folder = join(work, release, 'rootfs');
  if (existsSync(join(folder, 'var/lib/dpkg/status'))) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  execFileSync('debootstrap', ['--variant=minbase', release, folder, mirror], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return folder;
}

interface Checked {
  readonly claims: number;
  readonly wrong: string[];
  readonly missed: string[];
  readonly unread: string[];
}

/** Every claim against what apt says; every identifier there against the claims. */
function check(fixes: Awaited<ReturnType<Archive['fixes']>>['fixes'], packages: readonly Listed[], apt: Apt): Checked {
  const candidates = apt.candidates(packages.map(({ name }) => name));
  const [wrong, missed, unread]: string[][] = [[], [], []];
  let claims = 0;
  for (const { package: own, candidate, newer, closes, mentions, changelog } of fixes) {
    const theirs = candidates.get(own.name);
    if (candidate?.version !== theirs) wrong?.push(`${own.name}: candidate ${candidate?.version}, apt has ${theirs}`);
    if (!newer || candidate?.source.version === own.source.version) continue;
    if (changelog === undefined) unread?.push(own.name);
    let text = '';
    try {
      text = apt.changelogSince(own.name, own.source.name, own.source.version);
    } catch (error) {
      unread?.push(`${own.name} (apt: ${String(error).slice(0, 80)})`);
      continue;
    }
    const entries = entriesByVersion(text);
    for (const { id, version } of closes) {
      claims++;
      // Some write a blank for the hyphen, or the ends of a range.
      if (!(entries.get(version) ?? '').replaceAll('CVE 2', 'CVE-2').includes(id))
        wrong?.push(`${own.name} ${version}: ${id}`);
    }
    const told = new Set([...closes, ...mentions].map(({ id }) => id));
    const there = new Set(text.match(/CVE-\d{4}-\d{4,}/g));
    if (changelog !== undefined) for (const id of there) if (!told.has(id)) missed?.push(`${own.name}: ${id}`);
  }
  return { claims, wrong: wrong ?? [], missed: missed ?? [], unread: unread ?? [] };
}

/** What must be refused, and with which code. */
async function refusals(release: string, packages: readonly Listed[], http: HttpClient): Promise<string[]> {
  const sources = sourcesFor(release).filter(({ suite }) => suite.endsWith('-security'));
  const folder = join(work, release, 'spoiled');
  const attempt = async (
    name: string,
    client: HttpClient,
    clock: Clock,
    cacheFolder = join(folder, name),
  ): Promise<string> => {
    rmSync(join(cacheFolder, 'indexes'), { recursive: true, force: true });
    const archive = await openArchive({ sources, keyrings, http: client, cacheFolder, clock });
    const { problems } = archive.suites.length > 0 ? await archive.fixes(packages) : { problems: [] };
    const codes = [...archive.problems, ...problems].map(({ code }) => code);
    const endless = archive.suites.some(({ validUntil }) => validUntil === undefined);
    const why = name === 'clock a year later' && endless ? 'the suite has no Valid-Until' : undefined;
    const unused = name === 'package' ? 'no package was needed' : undefined;
    return `${name}: ${codes.length > 0 ? [...new Set(codes)].join(', ') : `ACCEPTED (${why ?? unused ?? 'WRONG'})`}`;
  };
  rmSync(folder, { recursive: true, force: true });
  const spoiling = (pattern: RegExp, place: number): HttpClient =>
    counting(http, (url, body) => (pattern.test(url) ? flip(body, place) : body)).client;
  const resigned = counting(http, (url, body) => {
    const text = Buffer.from(body).toString('latin1');
    return url.endsWith('InRelease')
      ? Buffer.from(text.replace(/^Date: .*$/m, 'Date: Tue, 24 Nov 2026 00:00:00 UTC'), 'latin1')
      : body;
  }).client;
  memoryIn(join(folder, 'rollback/seen')).keep(`${sources[0]?.uri} ${sources[0]?.suite}`, Date.now() + 1000);
  return [
    await attempt('signed text', spoiling(/InRelease$/, 100), systemClock),
    await attempt('date within', resigned, systemClock),
    await attempt('index', spoiling(/by-hash|Packages/, 50), systemClock),
    await attempt('package', spoiling(/\.deb$/, 5), systemClock),
    await attempt('clock a year later', http, at(365 * 86_400_000)),
    await attempt('clock a year earlier', http, at(-365 * 86_400_000)),
    await attempt('rollback', http, systemClock, join(folder, 'rollback')),
  ];
}

const http = await openHttpClient({ env: process.env, userAgent: 'seaworthy-bench' });
const mirror = settings.sources.find(({ suite }) => /^[a-z]+$/.test(suite))?.uri ?? '';
const table: string[] = [];
for (const release of releases) {
  const rootfs = rootOf(release, mirror);
  const sources = sourcesFor(release);
  const lines = sources.map(({ uri, suite }) => `deb [signed-by=${keyringPath()}] ${uri} ${suite} main`);
  const apt = privateApt(join(work, release, 'apt'), rootfs, lines);
  const packages = wide ? apt.outdated(release, 3_000_000) : installedIn(rootfs);
  const cacheFolder = join(work, release, 'cache');
  rmSync(cacheFolder, { recursive: true, force: true });
  const once = async () => {
    const { client, counts } = counting(http);
    const start = performance.now();
    const archive = await openArchive({ sources, keyrings, http: client, cacheFolder, clock: systemClock });
    const result = await archive.fixes(packages);
    return { archive, ...result, ...counts, ms: Math.round(performance.now() - start) };
  };
  const first = await once();
  const second = await once();
  const { claims, wrong, missed, unread } = check(first.fixes, packages, apt);
  const newer = first.fixes.filter((fix) => fix.newer);
  const flaws = new Set(newer.flatMap(({ closes }) => closes.map(({ id }) => id)));
  table.push(
    `| ${release} | ${packages.length} | ${newer.length} | ${flaws.size} | ${claims} | ${wrong.length} | ${missed.length} | ${size(first.bytes)} | ${first.ms} ms | ${size(second.bytes)} | ${second.ms} ms |`,
  );
  process.stdout.write(
    `${release}: ${first.archive.suites.map(({ name, date, trust }) => `${name} ${date} ${trust}`).join('; ')}\n`,
  );
  for (const one of [...first.archive.problems, ...first.problems])
    process.stdout.write(`  problem ${one.code}: ${one.subject}: ${one.detail}\n`);
  for (const one of newer.filter(({ closes }) => closes.length > 0)) {
    process.stdout.write(
      `  ${one.package.name} ${one.package.version} -> ${one.candidate?.version}: ${one.closes.length} closed\n`,
    );
  }
  for (const one of newer.flatMap(({ mentions }) => mentions))
    process.stdout.write(`  mention ${one.id} ${one.why}: ${one.text}\n`);
  for (const one of wrong) process.stdout.write(`  WRONG ${one}\n`);
  for (const one of missed) process.stdout.write(`  missed ${one}\n`);
  for (const one of unread) process.stdout.write(`  unread ${one}\n`);
  for (const one of await refusals(release, packages, http)) process.stdout.write(`  spoiled ${one}\n`);
}
await http.close();
process.stdout.write(
  `\n| release | packages | upgradable | CVEs closed | claims checked | wrong | missed | first run | time | second run | time |\n|---|---|---|---|---|---|---|---|---|---|---|\n${table.join('\n')}\n`,
);

function keyringPath(): string {
  return settings.sources[0]?.signedBy.paths[0] ?? '';
}

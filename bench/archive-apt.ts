// What apt, dpkg-deb and dpkg-parsechangelog say of the same packages: the independent half of archive-live.ts.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package in hand, as dpkg-query tells it. */
export interface Listed {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: { readonly name: string; readonly version: string };
}

/** What dpkg has installed below a root folder. */
export function installedIn(root: string): Listed[] {
  const form =
    '${Package}\\t${Version}\\t${Architecture}\\t${source:Package}\\t${source:Version}\\t${db:Status-Abbrev}\\n';
  const text = run('dpkg-query', [`--admindir=${join(root, 'var/lib/dpkg')}`, '-W', '-f', form]);
  return text.split('\n').flatMap((line) => {
    const [name = '', version = '', architecture = '', source = '', sourceVersion = '', status = ''] = line.split('\t');
    return status.startsWith('ii')
      ? [{ name, version, architecture, source: { name: source, version: sourceVersion } }]
      : [];
  });
}

/** An apt of its own, that knows the sources and the installed packages of a root. */
export interface Apt {
  /** Candidate of each package, by name. */
  candidates(names: readonly string[]): Map<string, string>;
  /** The smallest package of each source of the main suite that the security suite has a newer version of. */
  outdated(release: string, mostBytes: number): Listed[];
  /** Changelog of the candidate out of its package, with the entries after `since` alone. */
  changelogSince(name: string, source: string, since: string): string;
}

/** Makes it in `folder` and updates it; its lists are verified by apt and gpgv. */
export function privateApt(folder: string, root: string, lines: readonly string[]): Apt {
  rmSync(join(folder, 'lists'), { recursive: true, force: true });
  for (const part of ['lists/partial', 'archives/partial', 'etc']) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'sources.list'), `${lines.join('\n')}\n`);
  const settings = [
    `Dir::State::lists "${folder}/lists";`,
    `Dir::State::status "${root}/var/lib/dpkg/status";`,
    `Dir::Cache "${folder}";`,
    'Dir::Cache::archives "archives";',
    `Dir::Etc::sourcelist "${folder}/sources.list";`,
    'Dir::Etc::sourceparts "/dev/null";',
    `Dir::Etc::preferences "${folder}/none";`,
    'Dir::Etc::preferencesparts "/dev/null";',
    'Acquire::Languages "none";',
    'APT::Sandbox::User "root";',
  ];
  writeFileSync(join(folder, 'apt.conf'), `${settings.join('\n')}\n`);
  const env = { ...process.env, LC_ALL: 'C', APT_CONFIG: join(folder, 'apt.conf') };
  run('apt-get', ['update', '-qq'], { env });
  return {
    candidates(names) {
      const text = run('apt-cache', ['policy', ...names], { env });
      return new Map(
        [...text.matchAll(/^(\S+):\n {2}Installed: .*\n {2}Candidate: (.*)$/gm)].map((m) => [m[1] ?? '', m[2] ?? '']),
      );
    },
    outdated(release, mostBytes) {
      const main = stanzas(folder, `${release}_main`);
      const newer = new Map(stanzas(folder, `${release}-security_main`).map((one) => [one.name, one]));
      const smallest = new Map<string, Stanza>();
      for (const one of main) {
        const theirs = newer.get(one.name);
        if (theirs === undefined || theirs.size > mostBytes || theirs.source.version === one.source.version) continue;
        if (theirs.size < (smallest.get(one.source.name)?.size ?? Number.POSITIVE_INFINITY)) {
          smallest.set(one.source.name, { ...one, size: theirs.size });
        }
      }
      return [...smallest.values()];
    },
    changelogSince(name, source, since) {
      const text = changelogIn(folder, env, name, source);
      // It stops reading early, which a pipe would take amiss.
      const file = join(folder, 'changelog');
      writeFileSync(file, text);
      // A version that has no entry of its own was made of the one without its addition.
      const made = since.replace(/~(?:deb|bpo)\d+.*$/, '');
      const from = text.includes(`(${since})`) || !text.includes(`(${made})`) ? since : made;
      return run('dpkg-parsechangelog', ['-l', file, '--format', 'dpkg', '--since', from]);
    },
  };
}

interface Stanza extends Listed {
  readonly size: number;
}

/** The packages of one of apt's lists. */
function stanzas(folder: string, suite: string): Stanza[] {
  const file =
    readdirSync(join(folder, 'lists')).find((name) => name.includes(`_dists_${suite}_binary-amd64_Packages`)) ?? '';
  return run('/usr/lib/apt/apt-helper', ['cat-file', join(folder, 'lists', file)])
    .split('\n\n')
    .flatMap((text) => {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
      const [name, version] = [field('Package'), field('Version')];
      const [, source = name, sourceVersion = version] = /^(\S+)(?: \((.*)\))?$/.exec(field('Source')) ?? [];
      if (name === '') return [];
      const size = Number(field('Size'));
      return [
        { name, version, architecture: field('Architecture'), source: { name: source, version: sourceVersion }, size },
      ];
    });
}

/** By the name of the binary package, then by what its folder of documentation links to. */
function changelogIn(folder: string, env: NodeJS.ProcessEnv, name: string, source: string): string {
  const tried = new Set<string>();
  for (let next = name; !tried.has(next); ) {
    tried.add(next);
    const place = join(folder, 'debs', next.replaceAll(':', '_'));
    mkdirSync(place, { recursive: true });
    if (readdirSync(place).length === 0) run('apt-get', ['download', '-qq', next], { env, cwd: place });
    const deb = join(place, readdirSync(place)[0] ?? '');
    const out = join(folder, 'docs', next);
    mkdirSync(out, { recursive: true });
    execFileSync(
      'sh',
      ['-c', `dpkg-deb --fsys-tarfile "$0" | tar -x -C "$1" --wildcards './usr/share/doc/*' || true`, deb, out],
      { stdio: 'pipe' },
    );
    const docs = join(out, 'usr/share/doc', next);
    const found = textOf(docs);
    if (found !== undefined && found.startsWith(`${source} (`)) return found;
    next = linkOf(docs) ?? next;
  }
  throw new Error(`no changelog in the packages of ${name}`);
}

function textOf(docs: string): string | undefined {
  for (const file of ['changelog.Debian.gz', 'changelog.gz']) {
    try {
      return run('zcat', [join(docs, file)]);
    } catch {}
  }
  return undefined;
}

function linkOf(docs: string): string | undefined {
  try {
    return run('readlink', [docs]).trim().split('/').at(-1);
  } catch {
    return undefined;
  }
}

/** Entries of a changelog that dpkg-parsechangelog prints, by their version. */
export function entriesByVersion(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  let version = '';
  for (const line of text.split('\n')) {
    version = /^ \w[-+0-9a-z.]* \(([^)\s]+)\)/i.exec(line)?.[1] ?? version;
    entries.set(version, `${entries.get(version) ?? ''}${line}\n`);
  }
  return entries;
}

interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

function run(program: string, parameters: readonly string[], options: RunOptions = {}): string {
  return execFileSync(program, parameters, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...options,
  });
}

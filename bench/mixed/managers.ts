// What the package managers themselves say is in the image (mixed/lists/ of mixed.sh), against a list of ours.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Listed } from './listed.ts';

/** One package manager's own list, and what of it is missing or beyond it. */
export interface Check {
  readonly command: string;
  readonly packages: number;
  /** `name version` that the manager lists and the scan does not. */
  readonly missing: readonly string[];
  /** `name version` that the scan finds installed at the same places and the manager does not list. */
  readonly beyond: readonly string[];
}

interface Manager {
  readonly command: string;
  readonly type: string;
  readonly files: readonly string[];
  /** Regular expression of the places that the list is of. */
  readonly at: string;
  /** Name and version of each package. */
  readonly read: (text: string) => (readonly [string, string])[];
}

const tabbed = (text: string): [string, string][] =>
  text.split('\n').flatMap((line): [string, string][] => {
    const [name, version] = line.split('\t');
    return name && version ? [[name, version]] : [];
  });

const managers: readonly Manager[] = [
  { command: 'dpkg-query --show', type: 'deb', files: ['deb.tsv'], at: '', read: tabbed },
  {
    command: 'npm query',
    type: 'npm',
    files: ['npm.tsv'],
    at: '^/srv/shop/(node_modules/|package.json)',
    read: tabbed,
  },
  {
    command: 'pip list',
    type: 'pypi',
    files: ['pypi.json'],
    at: '^/srv/venv/lib/python3.11/site-packages/[^/]+/METADATA$',
    read: (text) =>
      (JSON.parse(text) as { name: string; version: string }[]).map(({ name, version }) => [
        name.toLowerCase().replaceAll(/[-_.]+/g, '-'),
        version,
      ]),
  },
  {
    command: 'mvn dependency:list',
    type: 'maven',
    files: ['maven-folder.txt', 'maven-boot.txt', 'maven-shaded.txt'],
    at: '^/srv/java/',
    // ` org.a:b:jar:1.0:compile -- module …`, with a classifier ` org.a:b:jar:linux:1.0:compile`
    read: (text) =>
      Array.from(text.matchAll(/^ +([^\s:]+):([^\s:]+):jar:(?:[^\s:]+:)?([^\s:]+):(?:compile|runtime)/gm)).map(
        ([, group, artifact, version]) => [`${group}:${artifact}`, version ?? ''],
      ),
  },
  {
    command: 'go version -m',
    type: 'golang',
    files: ['go.txt'],
    at: '^/usr/local/bin/',
    read: (text) => [
      ...Array.from(text.matchAll(/^\t(?:mod|dep)\t(\S+)\tv(\S+)/gm)).map(
        ([, name = '', version = '']): [string, string] => [name.toLowerCase(), version],
      ),
      ...Array.from(text.matchAll(/: go(\S+)$/gm)).map(([, version = '']): [string, string] => ['stdlib', version]),
    ],
  },
  {
    command: 'gem list',
    type: 'gem',
    files: ['gem.txt'],
    at: '/specifications/',
    // `rake (13.0.6)`, `json (default: 2.6.1)`, `a (2.0, default: 1.0)`
    read: (text) =>
      Array.from(text.matchAll(/^(\S+) \((.+)\)$/gm)).flatMap(([, name = '', versions = '']) =>
        versions
          .split(', ')
          .map((version): [string, string] => [name, version.replace('default: ', '').split(' ')[0] ?? '']),
      ),
  },
  {
    command: 'cargo tree',
    type: 'cargo',
    files: ['cargo.txt'],
    at: '^/usr/local/bin/',
    read: (text) => Array.from(text.matchAll(/^(\S+) v(\S+)/gm)).map(([, name = '', version = '']) => [name, version]),
  },
];

/** Compares a list with those in a folder. */
export function checkManagers(folder: string, list: readonly Listed[]): Check[] {
  return managers.map(({ command, type, files, at, read }) => {
    const listed = new Set(
      files.flatMap((file) => read(readFileSync(join(folder, file), 'utf8'))).map((entry) => entry.join(' ')),
    );
    const place = new RegExp(at);
    const found = list.filter((one) => one.type === type && one.presence === 'installed');
    const names = new Set(found.map(({ name, version }) => `${name} ${version}`));
    const here = found.filter(({ paths }) => paths.some((path) => place.test(path)));
    return {
      command,
      packages: listed.size,
      missing: [...listed].filter((entry) => !names.has(entry)),
      beyond: here.map(({ name, version }) => `${name} ${version}`).filter((entry) => !listed.has(entry)),
    };
  });
}

/** Markdown: what each package manager lists, and the differences. */
export function managersTable(checks: readonly Check[]): string {
  const rows = checks.map(({ command, packages, missing, beyond }) =>
    [`| \`${command}\``, packages, missing.join(', ') || 'none', `${beyond.join(', ') || 'none'} |`].join(' | '),
  );
  return ['| command | packages | not found by Seaworthy | found beyond them |', '|---|--:|---|---|', ...rows, ''].join(
    '\n',
  );
}

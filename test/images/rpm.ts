// Makes real rpm databases with Debian's rpmbuild and rpm, from empty packages of the wanted names and versions.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TarEntry } from './tar.ts';

/** One package to install. */
export interface RpmPackage {
  readonly name: string;
  /** `[epoch:]version-release`. */
  readonly evr: string;
  readonly architecture?: 'x86_64' | 'noarch';
  /** `MODULARITYLABEL`. */
  readonly module?: string;
  /** Name of the source package; default: the same. */
  readonly source?: string;
}

/** Why no rpm database can be made here, in words for a test's name. */
export function whyNoRpm(): string | undefined {
  const missing = ['rpm', 'rpmbuild'].filter((tool) => spawnSync(tool, ['--version']).error);
  return missing.length > 0 ? `not installed: ${missing.join(', ')}` : undefined;
}

/** `epoch`, `version` and `release` of an EVR. */
export function evrParts(evr: string): { readonly epoch?: string; readonly version: string; readonly release: string } {
  const [, epoch, version = '', release = ''] = /^(?:(\d+):)?([^-]+)-([^-]+)$/.exec(evr) ?? [];
  return { ...(epoch === undefined ? {} : { epoch }), version, release };
}

/** The spec of an empty package. A binary package of another name than its source is a subpackage. */
function specOf({ name, evr, architecture, module, source = name }: RpmPackage): string {
  const { epoch, version, release } = evrParts(evr);
  const head = [
    `Name: ${source}`,
    ...(epoch === undefined ? [] : [`Epoch: ${epoch}`]),
    `Version: ${version}`,
    `Release: ${release}`,
    'Summary: Empty',
    'License: MIT',
    'Vendor: AlmaLinux',
    ...(architecture === 'noarch' ? ['BuildArch: noarch'] : []),
    ...(module === undefined ? [] : [`ModularityLabel: ${module}`]),
    '%description\nEmpty.',
  ];
  if (source === name) return [...head, '%files\n'].join('\n');
  return [...head, `%package -n ${name}\nSummary: Empty\n%description -n ${name}\nEmpty.\n%files -n ${name}\n`].join(
    '\n',
  );
}

function run(program: string, args: readonly string[]): string {
  const result = spawnSync(program, args, { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${program} failed: ${result.stderr}`);
  return result.stdout;
}

/** The files of `/var/lib/rpm` as rpm leaves them after installing the packages. */
export function rpmDatabase(packages: readonly RpmPackage[]): TarEntry[] {
  const folder = mkdtempSync(join(tmpdir(), 'rpm-database-'));
  try {
    for (const [i, wanted] of packages.entries()) {
      const spec = join(folder, `${i}.spec`);
      writeFileSync(spec, specOf(wanted));
      const defines = ['--define', `_topdir ${folder}/build`, '--define', 'debug_package %{nil}'];
      run('rpmbuild', ['-bb', '--quiet', '--target', 'x86_64', ...defines, spec]);
    }
    const built = readdirSync(join(folder, 'build/RPMS'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.rpm'))
      .map((name) => join(folder, 'build/RPMS', name));
    const root = join(folder, 'root');
    mkdirSync(root);
    const only = ['--justdb', '--nodeps', '--noscripts', '--ignorearch', '--ignoreos', '--nosignature'];
    run('rpm', ['--root', root, '--dbpath', '/var/lib/rpm', ...only, '-i', ...built]);
    const database = join(root, 'var/lib/rpm');
    return readdirSync(database).map((name) => ({
      name: `var/lib/rpm/${name}`,
      body: readFileSync(join(database, name)),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** rpm's own comparison of `[epoch:]version-release`, of many pairs at once: negative, 0 or positive each. */
export function rpmCompare(pairs: readonly (readonly [string, string])[]): number[] {
  const calls = pairs.map(([a, b]) => `print(rpm.vercmp("${a}","${b}").."\\n")`).join(' ');
  return run('rpm', ['--eval', `%{lua: ${calls}}`])
    .trim()
    .split(/\s+/)
    .map(Number);
}

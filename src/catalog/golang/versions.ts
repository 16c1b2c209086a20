import type { BuildInfo } from './build-info.ts';

/** What Go writes for a module that was built from a folder. */
export const develVersion = '(devel)';

/** A version and how sure it is. */
export interface RootVersion {
  readonly version: string;
  /** What it was read from, when that is not the build info's word for the module. */
  readonly identifiedBy?: string;
  readonly certainty?: 'likely' | 'guessed';
}

/**
 * The version of the standard library by what Go calls itself: `go1.22rc1 X:boringcrypto` is `1.22.0-rc.1`, as advisories
 * write it. What is no release (`devel go1.22-0123456789`) stays as it is.
 */
export function standardLibraryVersion(text: string): string {
  const match = /^go(\d{1,4})\.(\d{1,6})(?:\.(\d{1,6}))?(?:(alpha|beta|rc)(\d{1,4}))?(?=$|[\s+-]|b\d)/.exec(text);
  if (match === null) return text;
  const [, major, minor, patch = '0', stage, number] = match;
  return `${major}.${minor}.${patch}${stage === undefined ? '' : `-${stage}.${number}`}`;
}

/** The version of the main module: its own, else what the linker was told, else the commit. */
export function rootVersion({ main, settings }: BuildInfo): RootVersion {
  const own = main?.version ?? '';
  if (own !== '' && own !== develVersion) return { version: own };
  const told = linkedVersion(settings.get('-ldflags') ?? '', main?.path ?? '');
  if (told !== undefined) return { version: told, identifiedBy: '-ldflags', certainty: 'likely' };
  const commit = commitVersion(settings);
  if (commit !== undefined) return { version: commit, identifiedBy: 'vcs.revision', certainty: 'guessed' };
  return { version: develVersion };
}

/**
 * Whether a main module's version says only which commit it is: without the tag before it, which a shallow clone has
 * not, it can't be compared with others.
 */
export function isOnlyCommit(version: string): boolean {
  return version.startsWith('v0.0.0-');
}

const versionVariables: ReadonlySet<string> = new Set(
  'version appversion buildversion gitversion gittag releaseversion semver tag versionnumber'.split(' '),
);
const semanticVersion = /^v?(\d+\.\d+\.\d+(?:-[\dA-Za-z.-]+)?(?:\+[\dA-Za-z.-]+)?)$/;

/** `-X main.version=1.2.3`: of the main package before those of the main module before others. */
function linkedVersion(flags: string, module: string): string | undefined {
  let best: { rank: number; version: string } | undefined;
  for (const [, variable = '', value = ''] of flags.matchAll(/-X[= ]\s*['"]?([\w./~-]+)=([^\s'"]+)/g)) {
    const name = variable.slice(variable.lastIndexOf('.') + 1).toLowerCase();
    const version = semanticVersion.exec(value)?.[1];
    if (version === undefined || !versionVariables.has(name)) continue;
    const rank = variable.startsWith('main.') ? 0 : variable.startsWith(`${module}/`) ? 1 : 2;
    if (best === undefined || rank < best.rank) best = { rank, version: `v${version}` };
  }
  return best?.version;
}

/** A pseudo-version without a tag before it: `v0.0.0-20240102030405-0123456789ab` (Go modules reference). */
function commitVersion(settings: ReadonlyMap<string, string>): string | undefined {
  const [revision, time] = [settings.get('vcs.revision'), settings.get('vcs.time')];
  if (revision === undefined || !/^[\da-f]{12,64}$/.test(revision)) return undefined;
  const stamp = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/.exec(time ?? '');
  if (stamp === null) return undefined;
  const dirty = settings.get('vcs.modified') === 'true' ? '+dirty' : '';
  return `v0.0.0-${stamp.slice(1).join('')}-${revision.slice(0, 12)}${dirty}`;
}

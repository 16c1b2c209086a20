import { parseOsRelease } from './os-release.ts';
import rows from './release-lines.json' with { type: 'json' };

interface Row {
  /** Where such a line stands; any of the one-line release files if absent. */
  readonly file?: string;
  readonly pattern: string;
  readonly id: string;
  /** The group is a codename, not a number. */
  readonly codename?: boolean;
  /** Name to show, `$1` for the group; the line itself if absent. */
  readonly name?: string;
}

/** What one of the files that are older than os-release says. */
export interface Claim {
  readonly id: string;
  readonly name: string;
  readonly versionId?: string;
  readonly codename?: string;
  /** Path of the file, without leading slash. */
  readonly file: string;
}

/** The one-line files, the most telling first: several stand beside each other in derived distributions. */
export const olderFiles: readonly string[] = [
  'etc/alpine-release',
  'etc/almalinux-release',
  'etc/rocky-release',
  'etc/oracle-release',
  'etc/centos-release',
  'etc/fedora-release',
  'etc/azurelinux-release',
  'etc/mariner-release',
  'etc/photon-release',
  'etc/system-release',
  'etc/SuSE-release',
  'etc/redhat-release',
  'etc/lsb-release',
  'etc/debian_version',
];

const table: readonly Row[] = rows;

/** What an older release file says; undefined when it is of no known form. */
export function readOlderFile(file: string, text: string): Claim | undefined {
  return file === 'etc/lsb-release' ? readLsbRelease(file, text) : readLine(file, text);
}

function readLine(file: string, text: string): Claim | undefined {
  const line = (text.split('\n', 1)[0] ?? '').trim().slice(0, 256);
  for (const row of table) {
    const match = row.file === undefined || row.file === file ? new RegExp(row.pattern, 'u').exec(line) : null;
    const release = withPatchLevel(match?.[1], file, text);
    if (release !== undefined) {
      const name = row.name?.replace('$1', () => release) ?? line;
      return { id: row.id, name, file, ...(row.codename ? { codename: release } : { versionId: release }) };
    }
  }
  return undefined;
}

/** SUSE's file has the service pack on a line of its own; os-release says 12.3. */
function withPatchLevel(release: string | undefined, file: string, text: string): string | undefined {
  const level = file === 'etc/SuSE-release' ? /^PATCHLEVEL *= *([1-9]\d?)\s*$/m.exec(text)?.[1] : undefined;
  return release === undefined || level === undefined ? release : `${release}.${level}`;
}

function readLsbRelease(file: string, text: string): Claim | undefined {
  const { fields } = parseOsRelease(text);
  const id = fields.get('DISTRIB_ID')?.toLowerCase().replaceAll(' ', '');
  if (!id || !/^[\w.-]+$/.test(id)) {
    return undefined;
  }
  const versionId = fields.get('DISTRIB_RELEASE');
  const codename = fields.get('DISTRIB_CODENAME');
  return {
    id,
    name: fields.get('DISTRIB_DESCRIPTION') || id,
    file,
    ...(versionId && { versionId }),
    ...(codename && { codename }),
  };
}

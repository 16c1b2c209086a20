import type { ImageFile } from '../catalog.ts';
import type { PackageFacts } from './package.ts';

/*
 * What distroless images of Azure Linux and CBL-Mariner have in place of a database (CBL-Mariner,
 * toolkit/docs/how_it_works/5_misc.md): the output of rpm, one line a package.
 *
 *   container-manifest-2 = *(name TAB version "-" release TAB installed TAB built TAB vendor TAB epoch TAB size TAB arch
 *                          TAB epoch-number TAB source-rpm LF)               ; "(none)" for what a package has not
 *   container-manifest-1 = *(name "-" version "-" release ["." arch] LF)
 */
const folder = 'var/lib/rpmmanifest';
const whole = `${folder}/container-manifest-2`;
const short = `${folder}/container-manifest-1`;

/** The folder of the manifests. */
export const manifestFolder: string = folder;

/** Whether the file is one of the manifests. */
export function isManifest(path: string): boolean {
  return path === whole || path === short;
}

/** Whether the manifest is the one that tells only names, versions and architectures. */
export function isShort({ path }: ImageFile): boolean {
  return path === short;
}

/** A package of a manifest, or a line that is none. */
export type ManifestEntry =
  | { readonly kind: 'package'; readonly facts: PackageFacts }
  | { readonly kind: 'fault'; readonly line: number; readonly detail: string };

/** The better of the manifests among the files. */
export function findManifest(files: readonly ImageFile[]): ImageFile | undefined {
  const full = files.filter(({ path, bytes }) => isManifest(path) && bytes.length > 0);
  return full.find(({ path }) => path === whole) ?? full[0];
}

/** Reads a manifest; the keys that rpm trusts are listed as packages and left out. */
export function* readManifest({ path, bytes }: ImageFile): Generator<ManifestEntry> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = path === whole ? readColumns : readIdentity;
  let line = 0;
  for (let at = 0, end = 0; at < text.length; at = end + 1) {
    line += 1;
    end = text.indexOf(0x0a, at);
    if (end === -1) {
      yield { kind: 'fault', line, detail: 'end within a line' };
      end = text.length;
    }
    if (end === at) continue;
    const content = end - at > maxLine ? '' : text.toString('utf8', at, end);
    if (content.startsWith('gpg-pubkey')) continue;
    const facts = read(content);
    yield facts ? { kind: 'package', facts } : { kind: 'fault', line, detail: 'not a package' };
  }
}

const maxLine = 2048;
const nameForm = /^[A-Za-z0-9_][\w.+~^-]*$/;
const partForm = /^[\w.+~^]+$/;
const architectureForm = /^\w+$/;
const sourceForm = /^[\w.+~^-]+\.(?:no)?src\.rpm$/;
const count = /^(?:\d+|\(none\))$/;
const none = '(none)';

function readColumns(line: string): PackageFacts | undefined {
  const columns = line.split('\t');
  const [name = '', edition = '', installed = '', built = '', vendor = '', , size = ''] = columns;
  const [architecture = '', epochNumber = '', sourceRpm = ''] = columns.slice(7);
  const [version = '', release = '', ...more] = edition.split('-');
  const isPackage =
    columns.length === 10 &&
    more.length === 0 &&
    nameForm.test(name) &&
    partForm.test(version) &&
    partForm.test(release) &&
    [installed, built, size, epochNumber].every((number) => count.test(number)) &&
    (architecture === none || architectureForm.test(architecture)) &&
    (sourceRpm === none || sourceForm.test(sourceRpm)) &&
    !/[\p{Cc}\uFFFD]/u.test(vendor);
  if (!isPackage) return undefined;
  const epoch = Number(epochNumber);
  return {
    name,
    version,
    architecture: architecture === none ? undefined : architecture,
    metadata: {
      kind: 'rpm',
      // `EPOCHNUM` is 0 for none too.
      ...(epoch > 0 && { epoch }),
      release,
      ...(vendor !== none && vendor !== '' && { vendor }),
      ...(sourceRpm !== none && { sourceRpm }),
    },
  };
}

function readIdentity(line: string): PackageFacts | undefined {
  const match = /^(.+)-([^-]+)-([^-]+)\.(\w+)$/.exec(line);
  const [, name = '', version = '', release = '', architecture] = match ?? [];
  const isPackage = nameForm.test(name) && partForm.test(version) && partForm.test(release);
  return isPackage ? { name, version, architecture, metadata: { kind: 'rpm', release } } : undefined;
}

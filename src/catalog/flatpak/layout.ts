/*
 * Where flatpaks lie:
 *
 *   deployed = [prefix] "flatpak/" ( "app" / "runtime" ) "/" id "/" arch "/" branch "/" commit "/" file
 *   image    = [ "app/" ] file       at the root: a flatpak as an OCI image, or the folder of a build
 *   file     = "metadata" / "deploy" / "files/manifest.json" / "files/share/metainfo/" id ".metainfo.xml"
 *
 * `deploy` is written in installing; only without it the release is looked up in the metainfo (AppStream).
 */

/** What a file of a flatpak tells. */
export type FlatpakFile = 'metadata' | 'deploy' | 'manifest' | 'metainfo';

/** What the path of a deployed flatpak says. */
export interface Ref {
  readonly kind: 'app' | 'runtime';
  readonly id: string;
  readonly arch: string;
  readonly branch: string;
}

/** A file of a flatpak, by its path. */
export interface FlatpakPlace {
  readonly file: FlatpakFile;
  /** The flatpak's folder with a slash at the end; empty at the root of the image. */
  readonly root: string;
  readonly ref?: Ref;
}

const deployed = /^((?:.*\/)?flatpak\/(app|runtime)\/([\w.-]+)\/([\w-]+)\/([\w.+-]+)\/[\w.]+\/)[^/]/;
const metainfo = /^files\/share\/(?:metainfo|appdata)\/[^/]+\.(?:metainfo|appdata)\.xml$/;

/** What the file at a path (no leading slash) is of a flatpak; `undefined` when it is none. */
export function placeOf(path: string): FlatpakPlace | undefined {
  if (!isNamedSo(path)) return undefined;
  const [, root = path.startsWith('app/') ? 'app/' : '', kind, id, arch, branch] = deployed.exec(path) ?? [];
  const file = fileOf(path.slice(root.length));
  if (file === undefined) return undefined;
  if (id === undefined || arch === undefined || branch === undefined)
    return file === 'deploy' ? undefined : { file, root };
  if (file === 'metainfo') return undefined;
  return { file, root, ref: { kind: kind === 'app' ? kind : 'runtime', id, arch, branch } };
}

function isNamedSo(path: string): boolean {
  return (
    path === 'metadata' ||
    path.endsWith('/metadata') ||
    path.endsWith('/deploy') ||
    path.endsWith('files/manifest.json') ||
    (path.endsWith('.xml') && path.includes('files/share/'))
  );
}

function fileOf(path: string): FlatpakFile | undefined {
  if (path === 'metadata' || path === 'deploy') return path;
  if (path === 'files/manifest.json') return 'manifest';
  return metainfo.test(path) ? 'metainfo' : undefined;
}

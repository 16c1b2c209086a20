import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RegistrySettings, TlsSettings } from './registry.ts';
import { badSetting, isAbsence, readNamedSetting, systemPath, userPaths } from './setting-file.ts';

/** Names of a registry's folder: containerd's form for ports, then the plain one. */
export function folderNames(registry: string): readonly string[] {
  const colon = registry.lastIndexOf(':');
  const port = colon > registry.lastIndexOf(']') && colon > 0;
  return port ? [`${registry.slice(0, colon)}_${registry.slice(colon + 1)}_`, registry] : [registry];
}

/** Folders of containerd's `HOST/hosts.toml`: the one that is named, or the user's and the machine's. */
export function hostsFolders(settings: RegistrySettings): readonly string[] {
  if (settings.hostsFolder !== undefined) return [settings.hostsFolder];
  return [...userPaths(settings, 'containerd/certs.d'), systemPath(settings, 'containerd/certs.d')];
}

/**
 * Certificates for a registry in the first `certs.d/HOST` that has any (Docker's layout): authorities are `*.crt`, ours is
 * `NAME.cert` with `NAME.key`, the first by name. Throws `RegistryError` (`bad-setting`).
 */
export async function findCertificates(registry: string, settings: RegistrySettings): Promise<TlsSettings | undefined> {
  const folders = [
    ...hostsFolders(settings).flatMap((folder) => folderNames(registry).map((name) => join(folder, name))),
    ...userPaths(settings, 'containers/certs.d', registry),
    systemPath(settings, 'containers/certs.d', registry),
    ...userPaths(settings, 'docker/certs.d', registry),
    systemPath(settings, 'docker/certs.d', registry),
  ];
  for (const folder of folders) {
    const found = await certificatesIn(folder);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function certificatesIn(folder: string): Promise<TlsSettings | undefined> {
  const names = (await namesIn(folder)).toSorted();
  const authorities = names.filter((name) => name.endsWith('.crt'));
  const [own] = names.filter((name) => name.endsWith('.cert')).map((name) => name.slice(0, -'.cert'.length));
  const stray = names.find((name) => name.endsWith('.key') && !names.includes(`${name.slice(0, -4)}.cert`));
  if (stray !== undefined) throw badSetting(join(folder, stray), 'the certificate for this key (.cert) is missing');
  if (authorities.length === 0 && own === undefined) return undefined;
  const ca = await Promise.all(authorities.map((name) => readPem(join(folder, name))));
  if (own === undefined) return { ca };
  if (!names.includes(`${own}.key`)) {
    throw badSetting(join(folder, `${own}.cert`), 'the key for this certificate (.key) is missing');
  }
  const pair = await readPair(join(folder, `${own}.cert`), join(folder, `${own}.key`));
  return { ...(ca.length === 0 ? {} : { ca }), ...pair };
}

/** A certificate of ours and its key, which may be in the same file. Throws `RegistryError` (`bad-setting`). */
export async function readPair(certificate: string, key: string): Promise<Pick<TlsSettings, 'certificate' | 'key'>> {
  return { certificate: await readPem(certificate), key: await readPem(key, 'PRIVATE KEY') };
}

/** A file in PEM that holds something of a kind. Throws `RegistryError` (`bad-setting`). */
export async function readPem(path: string, kind: 'CERTIFICATE' | 'PRIVATE KEY' = 'CERTIFICATE'): Promise<string> {
  const text = await readNamedSetting(path);
  if (new RegExp(`^-----BEGIN [A-Z ]*${kind}-----\\s*$`, 'm').test(text)) return text;
  throw badSetting(path, `it holds no ${kind.toLowerCase()} in PEM`);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (isAbsence(cause)) return [];
    throw badSetting(folder, `${(cause as NodeJS.ErrnoException).code}`, cause);
  }
}

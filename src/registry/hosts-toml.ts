// hosts.toml = [ server ] fields *( [host."ADDRESS"] fields )          (containerd, "Registry Configuration", hosts.md)
// fields     = capabilities, ca, client, skip_verify, header, override_path; others (dial_timeout, proxy) are not read
//
// Hosts are asked in their order, the server last; without `server` that is the registry itself. To an address without a
// scheme https is meant; "/v2" is added to a path unless it ends so or `override_path` is set.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { apiOf, type Candidate, registryOn } from './candidate.ts';
import { folderNames, hostsFolders, readPair, readPem } from './certificates.ts';
import type { RegistryEndpoint, RegistrySettings, TlsSettings } from './registry.ts';
import { badSetting, type Fields, parseTomlSetting, readSetting } from './setting-file.ts';

type Ability = RegistryEndpoint['can'][number];

const abilities: readonly Ability[] = ['pull', 'resolve', 'push'];

/**
 * The servers that containerd's `hosts.toml` of a registry names; that of `_default` if `which` says so. Undefined where
 * there is none. Throws `RegistryError` (`bad-setting`).
 */
export async function findHosts(
  registry: string,
  which: 'own' | 'default',
  settings: RegistrySettings,
): Promise<readonly Candidate[] | undefined> {
  if (settings.hostsFolder !== undefined && !existsSync(settings.hostsFolder)) {
    throw badSetting(settings.hostsFolder, 'there is no such folder');
  }
  const names = which === 'own' ? folderNames(registry) : ['_default'];
  for (const path of hostsFolders(settings).flatMap((folder) =>
    names.map((name) => join(folder, name, 'hosts.toml')),
  )) {
    const text = await readSetting(path);
    // An empty one counts as none, as for containerd.
    if (text !== undefined && text !== '') return hostsIn(parseTomlSetting(path, text), path, registry);
  }
  return undefined;
}

async function hostsIn(file: Fields, path: string, registry: string): Promise<readonly Candidate[]> {
  const hosts = file.table('host');
  const candidates: Candidate[] = [];
  for (const address of hosts?.keys() ?? []) {
    const fields = hosts?.table(address);
    if (fields) candidates.push(await candidateOf(address, fields, path, registry));
  }
  const server = file.text('server') || apiOf(registry);
  return [...candidates, await candidateOf(server, file, path, registry)];
}

async function candidateOf(address: string, fields: Fields, path: string, registry: string): Promise<Candidate> {
  const url = addressOf(address, fields);
  const tls = await tlsIn(fields, dirname(path));
  const headers = headersIn(fields);
  const on = registryOn(url.host);
  return {
    registry: on,
    endpoint: {
      url: `${url.origin}${url.pathname}`.replace(/\/+$/, ''),
      can: capabilitiesIn(fields),
      ...(on.toLowerCase() === registry.toLowerCase() ? {} : { namespace: registry }),
      ...(tls === undefined ? {} : { tls }),
      ...(headers === undefined ? {} : { headers }),
    },
  };
}

function addressOf(address: string, fields: Fields): URL {
  const text = address.includes('://') ? address : `https://${address}`;
  const url = /^https?:/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw fields.wrong('the address of a host', 'is not http://HOST[:PORT][/PATH] or https://…');
  }
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = fields.flag('override_path') || path.endsWith('/v2') ? path : `${path}/v2`;
  return url;
}

function capabilitiesIn(fields: Fields): readonly Ability[] {
  const said = (fields.texts('capabilities') ?? []).map((word) => word.toLowerCase());
  const strange = said.find((word) => !abilities.some((ability) => ability === word));
  if (strange !== undefined) throw fields.wrong('capabilities', 'are "pull", "resolve" and "push"');
  return said.length === 0 ? abilities : abilities.filter((ability) => said.includes(ability));
}

/** Paths are relative to the file's folder. */
async function tlsIn(fields: Fields, folder: string): Promise<TlsSettings | undefined> {
  const ca = fields.texts('ca')?.map((path) => resolve(folder, path));
  const pair = pairIn(fields)?.map((path) => resolve(folder, path));
  const skipVerify = fields.flag('skip_verify');
  if (ca === undefined && pair === undefined && skipVerify === undefined) return undefined;
  const [certificate, key] = pair ?? [];
  return {
    ...(ca === undefined ? {} : { ca: await Promise.all(ca.map((path) => readPem(path))) }),
    ...(certificate === undefined ? {} : await readPair(certificate, key ?? certificate)),
    ...(skipVerify === undefined ? {} : { skipVerify }),
  };
}

/** `client` is a path, a list of paths, or a list of pairs of which the key may be "": we show the first. */
function pairIn(fields: Fields): readonly string[] | undefined {
  const raw = fields.raw('client');
  if (raw === undefined || (Array.isArray(raw) && raw.length === 0)) return undefined;
  const first: unknown = Array.isArray(raw) ? raw[0] : raw;
  const pair: readonly unknown[] = Array.isArray(first) ? first : [first];
  const [certificate, key, more] = pair;
  if (typeof certificate !== 'string' || certificate === '' || !['string', 'undefined'].includes(typeof key) || more) {
    throw fields.wrong('client', 'is not a path, a list of paths or a list of pairs of paths');
  }
  return typeof key === 'string' && key !== '' ? [certificate, key] : [certificate];
}

function headersIn(fields: Fields): Readonly<Record<string, string>> | undefined {
  const table = fields.table('header');
  if (table === undefined) return undefined;
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const name of table.keys()) {
    const value = table.texts(name)?.join(', ') ?? '';
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw fields.wrong('header', 'has a name that HTTP does not allow');
    // What HTTP allows in a value (RFC 9110, 5.5), so that no header can be smuggled in.
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) throw table.wrong(name, 'has a value that HTTP does not allow');
    headers[name.toLowerCase()] = value;
  }
  return { ...headers };
}

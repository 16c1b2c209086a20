// reference  = [ registry "/" ] repository [ ":" tag ] [ "@" digest ]       (reference grammar of distribution)
// registry   = host [ ":" digits ]
// host       = component *( "." component ) | "[" IPv6 address "]"
// component  = ( letter | digit ) *( letter | digit | "-" ), no "-" at its end
// repository = part *( "/" part ), 255 characters at most
// part       = alnum *( ( "." | "_" | "__" | 1*"-" ) alnum ),  alnum = 1*( a-z | 0-9 )
// tag        = ( letter | digit | "_" ) 0*127( letter | digit | "_" | "." | "-" )
// digest     = algorithm ":" hex,  algorithm = "sha256" | "sha512", the registered ones of OCI
//
// What stands before the first "/" is a registry if it holds "." or ":" or a capital, or is "localhost"; else the
// registry is docker.io, where a repository of one part is below "library/". `index.docker.io` is docker.io. Without tag
// and digest the tag is "latest".
import { isIPv6 } from 'node:net';
import { limitText } from '../internal/limit-text.ts';
import { type ImageName, RegistryError } from './registry.ts';

/** Where names without a registry are. */
export const DOCKER_HUB = 'docker.io';

const maximumText = 1024;
const maximumRepository = 255;
const hostComponents = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i;
const repositoryPart = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const tagForm = /^\w[\w.-]{0,127}$/;
const identifierForm = /^[a-f0-9]{64}$/;
const digestForm = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const digestLengths: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha512', 128],
]);

/** A name by the distribution grammar, docker.io's defaults filled in. Throws `RegistryError` (`bad-name`), which shows what was understood. */
export function parseName(text: string): ImageName {
  checkText(text);
  const at = text.indexOf('@');
  const named = at === -1 ? text : text.slice(0, at);
  const digest = at === -1 ? undefined : text.slice(at + 1);
  const { registry, rest } = splitRegistry(named);
  const colon = rest.indexOf(':');
  const path = colon === -1 ? rest : rest.slice(0, colon);
  const repository = registry === DOCKER_HUB && !path.includes('/') && path !== '' ? `library/${path}` : path;
  const tag = colon === -1 ? undefined : rest.slice(colon + 1);
  const understood: string[] = [];
  check(understood, 'registry', registry, wrongRegistry);
  check(understood, 'repository', repository, wrongRepository);
  if (tag !== undefined) check(understood, 'tag', tag, wrongTag);
  if (digest !== undefined) check(understood, 'digest', digest, wrongDigest);
  if (tag === undefined && digest === undefined) return { registry, repository, tag: 'latest' };
  return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** The full form: `docker.io/library/debian:12@sha256:…`. */
export function formatName(name: ImageName): string {
  const tag = name.tag === undefined ? '' : `:${name.tag}`;
  const digest = name.digest === undefined ? '' : `@${name.digest}`;
  return `${name.registry}/${name.repository}${tag}${digest}`;
}

/** The registry of a name and what follows it; `said` where the name itself says the registry. */
export function splitRegistry(text: string): {
  readonly registry: string;
  readonly rest: string;
  readonly said: boolean;
} {
  const slash = text.indexOf('/');
  const first = slash === -1 ? '' : text.slice(0, slash);
  const said = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase();
  if (!said) return { registry: DOCKER_HUB, rest: text, said: slash === 0 };
  return { registry: isHub(first) ? DOCKER_HUB : first, rest: text.slice(slash + 1), said };
}

/** Whether a text is `host[:port]`. */
export function isRegistry(text: string): boolean {
  return wrongRegistry(text) === undefined;
}

/** Whether two registries are the same one: hosts know no case, and Docker Hub has two names. */
export function isSameRegistry(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase() || (isHub(a) && isHub(b));
}

function isHub(registry: string): boolean {
  return registry.toLowerCase() === DOCKER_HUB || registry.toLowerCase() === 'index.docker.io';
}

function checkText(text: string): void {
  if (text.trim() === '') throw badName('the name is empty');
  if (text.length > maximumText) throw badName(`${limitText(text, 100)}: a name is shorter`);
  if (/[\s\p{Cc}]/u.test(text)) throw badName(`${text}: a name has no blanks and no control characters`);
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? [];
  if (scheme !== undefined) throw badName(`${text}: a name does not begin with ${scheme}://`);
  if (identifierForm.test(text)) {
    throw badName(`${text}: 64 hexadecimal digits are an identifier, not a name; a digest is written NAME@sha256:…`);
  }
}

/** Adds a part to what was understood, or throws with all of it and what is wrong with the part. */
function check(understood: string[], part: string, value: string, wrong: (value: string) => string | undefined): void {
  understood.push(value === '' ? `no ${part}` : `${part} ${limitText(value, 300)}`);
  const why = wrong(value);
  if (why !== undefined) throw badName(`${understood.join(', ')}: ${why}`);
}

function badName(detail: string): RegistryError {
  return new RegistryError('bad-name', 'That is not the name of an image', detail);
}

function wrongRegistry(registry: string): string | undefined {
  const [, host = '', port] = /^(\[.*\]|[^:]*)(?::(.*))?$/.exec(registry) ?? [];
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536)) {
    return 'a port is a number from 1 to 65535';
  }
  if (host.startsWith('[')) {
    return isIPv6(host.slice(1, -1)) && !/[%.]/.test(host) ? undefined : 'within brackets stands an IPv6 address';
  }
  if (host.length <= 255 && hostComponents.test(host)) return undefined;
  return 'a host is letters, digits and inner dashes between dots';
}

function wrongRepository(repository: string): string | undefined {
  if (repository === '') return 'a repository follows the registry';
  if (repository.length > maximumRepository) return `a repository has at most ${maximumRepository} characters`;
  if (repository !== repository.toLowerCase()) return 'a repository is in lower case';
  const parts = repository.split('/');
  if (parts.includes('')) return 'there is nothing before, after or between slashes';
  if (parts.every((part) => repositoryPart.test(part))) return undefined;
  return 'parts of a repository are a to z and 0 to 9, with ".", "_", "__" or dashes between them';
}

function wrongTag(tag: string): string | undefined {
  if (tagForm.test(tag)) return undefined;
  return 'a tag is 1 to 128 letters, digits, "_", "." and "-", and does not begin with "." or "-"';
}

function wrongDigest(digest: string): string | undefined {
  const colon = digest.indexOf(':');
  const length = digestLengths.get(digest.slice(0, colon));
  if (length === undefined) {
    return digestForm.test(digest)
      ? 'only digests by sha256 and sha512 can be verified'
      : 'a digest is sha256: and 64 hexadecimal digits, or sha512: and 128';
  }
  const hex = digest.slice(colon + 1);
  if (hex.length === length && /^[0-9a-f]+$/.test(hex)) return undefined;
  return `a digest by ${digest.slice(0, colon)} has ${length} hexadecimal digits in lower case`;
}

import { type EngineAddress, type EngineContainer, EngineError, type EngineImage } from '../engine.ts';
import { type EngineFacts, factsOf, imageOf, inspectedContainer, listedContainer } from './documents.ts';
import { type Answer, type AskOptions, ask, askJson, refusal } from './socket-http.ts';

/** The newest version of Docker's Engine API whose documents we know. */
const NEWEST = '1.51';

/** What a Docker daemon or podman's service tells of itself. Throws `EngineError`. */
export async function engineFacts(address: EngineAddress, options: AskOptions = {}): Promise<EngineFacts> {
  return factsOf(await document(address, await versionPath(address, options), '/info', options));
}

/** All images, those without a name included. Throws `EngineError`. */
export async function dockerImages(address: EngineAddress, options: AskOptions = {}): Promise<readonly EngineImage[]> {
  const version = await versionPath(address, options);
  const facts = await factsFor(address, version, options);
  const value = await document(address, version, '/images/json', options);
  return listed(address, value, (one) => imageOf(address, facts, one));
}

/** All containers, stopped ones included; a process is told only by `findDockerContainer`. Throws `EngineError`. */
export async function dockerContainers(
  address: EngineAddress,
  options: AskOptions = {},
): Promise<readonly EngineContainer[]> {
  const value = await document(address, await versionPath(address, options), '/containers/json?all=1', options);
  return listed(address, value, (one) => listedContainer(address, one));
}

/**
 * An image as the engine finds it, by name, digest, identifier or the first digits of one. Throws `not-found`, `ambiguous`
 * and the other `EngineError`s.
 */
export async function findDockerImage(
  address: EngineAddress,
  name: string,
  options: AskOptions = {},
): Promise<EngineImage> {
  const version = await versionPath(address, options);
  const answer = await askJson(address, `${version}/images/${pathOf(name)}/json`, options);
  if (answer.status !== 200) throw await notFound(address, name, answer, () => dockerImages(address, options));
  const facts = await factsFor(address, version, options);
  return known(address, imageOf(address, facts, answer.value));
}

/** A container by name, identifier or the first digits of one. Throws `not-found`, `ambiguous` and the other `EngineError`s. */
export async function findDockerContainer(
  address: EngineAddress,
  name: string,
  options: AskOptions = {},
): Promise<EngineContainer> {
  const version = await versionPath(address, options);
  const answer = await askJson(address, `${version}/containers/${pathOf(name)}/json`, options);
  if (answer.status !== 200) throw await notFound(address, name, answer, () => dockerContainers(address, options));
  const facts = await factsFor(address, version, options);
  return known(address, inspectedContainer(address, facts, answer.value));
}

/**
 * `/v` and the version of the API that both sides know. Throws `bad-answer` for an engine that tells none, and what `ask`
 * throws. `/version` would tell as much, but podman runs two programs to answer it.
 */
export async function versionPath(address: EngineAddress, options: AskOptions): Promise<string> {
  const answer = await ask(address, '/_ping', options);
  answer.destroy();
  const newest = answer.headers['api-version'];
  if (!isVersion(newest))
    throw new EngineError('bad-answer', 'The engine does not tell the version of its API', address.socket);
  return `/v${isBelow(newest, NEWEST) ? newest : NEWEST}`;
}

/** podman's is slow to tell, and has no other engine behind it. */
async function factsFor(address: EngineAddress, version: string, options: AskOptions): Promise<EngineFacts> {
  return address.kind === 'podman' ? {} : factsOf(await document(address, version, '/info', options));
}

function isVersion(text: unknown): text is string {
  return typeof text === 'string' && /^\d{1,3}\.\d{1,4}$/.test(text);
}

function isBelow(one: string, other: string): boolean {
  const [[major = 0, minor = 0], [otherMajor = 0, otherMinor = 0]] = [numbers(one), numbers(other)];
  return major === otherMajor ? minor < otherMinor : major < otherMajor;
}

function numbers(version: string): readonly number[] {
  return version.split('.').map(Number);
}

/**
 * A name as part of a path: engines take the slashes of names as they are. What no name has could make it another question,
 * and is refused as `not-found`.
 */
export function pathOf(name: string): string {
  const isName = /^[A-Za-z0-9][\w./:@+-]*$/.test(name) && !name.split('/').some((part) => /^\.*$/.test(part));
  if (!isName || name.length > 4096)
    throw new EngineError('not-found', 'No image or container is called so', name.slice(0, 200));
  return name;
}

async function document(address: EngineAddress, version: string, path: string, options: AskOptions): Promise<unknown> {
  const answer = await askJson(address, `${version}${path}`, options);
  if (answer.status !== 200) throw refusal(answer, path);
  return answer.value;
}

function listed<T>(address: EngineAddress, value: unknown, read: (one: unknown) => T | undefined): readonly T[] {
  if (!Array.isArray(value)) throw known(address, undefined);
  return value.map((one: unknown) => known(address, read(one)));
}

/** One that can't be read must not be missing from a list. */
function known<T>(address: EngineAddress, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new EngineError('bad-answer', 'The answer of the engine is not understood', address.socket);
}

/** Engines differ in what they say of digits that several begin with, so that we look ourselves. */
async function notFound(
  address: EngineAddress,
  name: string,
  answer: Answer,
  all: () => Promise<readonly (EngineImage | EngineContainer)[]>,
): Promise<EngineError> {
  const digits = /^(?:sha256:)?([0-9a-f]{1,63})$/.exec(name)?.[1];
  if (digits === undefined) return refusal(answer, name);
  const identifiers = (await all()).map((one) =>
    'id' in one ? one.id : (one.configDigest ?? one.digest ?? '').slice(7),
  );
  const alike = new Set(identifiers.filter((id) => id.startsWith(digits)));
  if (alike.size > 1) return new EngineError('ambiguous', 'Several have identifiers that begin so', name);
  return refusal(answer, `${name} (${address.socket})`);
}

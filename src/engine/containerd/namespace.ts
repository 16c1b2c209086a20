import { type EngineAddress, EngineError } from '../engine.ts';

/** What a call is sent with so that it concerns the address's namespace, `default` without one. Throws `not-found`. */
export function namespaceMetadata({ socket, namespace = 'default' }: EngineAddress): Readonly<Record<string, string>> {
  // Headers of another form would be left out without a word; containerd's identifiers are of this one.
  if (/^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/.test(namespace)) return { 'containerd-namespace': namespace };
  throw new EngineError('not-found', 'No namespace of containerd has such a name', `${socket}: ${namespace}`);
}

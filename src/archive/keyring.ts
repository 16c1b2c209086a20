import type { PublicKey } from 'openpgp';
import pinnedKeys from './archive-keys.json' with { type: 'json' };
import type { AptSource, Keyring, Voice } from './model.ts';

/** A key that may sign for a source. */
export interface TrustedKey {
  readonly key: PublicKey;
  readonly fingerprint: string;
  readonly voice: Voice;
}

/** Names of the distributions' own keys by fingerprint. */
const pinned: ReadonlyMap<string, string> = new Map(
  Object.values(pinnedKeys).flatMap((keys) =>
    Object.entries(keys).map(([fingerprint, { name }]) => [fingerprint, name]),
  ),
);

/** The name of a key whose fingerprint the program knows. */
export function pinnedName(fingerprint: string): string | undefined {
  return pinned.get(fingerprint);
}

/** Origins whose keys are pinned, in lower case. */
const DISTRIBUTIONS: ReadonlySet<string> = new Set(Object.keys(pinnedKeys));

/** Whether the `Origin` is of a distribution whose keys the program knows. */
export function hasPinnedKeys(origin: string | undefined): boolean {
  return DISTRIBUTIONS.has((origin ?? '').trim().toLowerCase());
}

/** Keys for sources out of all keyrings, each of which is read once and when needed. */
export interface KeyChain {
  /** Keys that the source names, or that its voice trusts where it names none, and those of the settings. */
  named(source: AptSource): Promise<readonly TrustedKey[]>;
  /** Pinned keys out of all keyrings. */
  pinned(): Promise<readonly TrustedKey[]>;
}

/** Files of keys that apt trusts for sources that name none. */
const TRUSTED = /^\/etc\/apt\/trusted\.gpg(?:$|\.d\/)/;

/** What can't be read as keys counts as none. */
export function keyChain(keyrings: readonly Keyring[]): KeyChain {
  const read = new Map<Keyring, Promise<readonly TrustedKey[]>>();
  const keysOf = async (wanted: readonly Keyring[]): Promise<readonly TrustedKey[]> => {
    const all = await Promise.all(
      wanted.map((keyring) => {
        const known = read.get(keyring) ?? readKeyring(keyring.bytes, keyring.voice);
        read.set(keyring, known);
        return known;
      }),
    );
    return all.flat();
  };
  return {
    async named(source) {
      const { paths, fingerprints, inline } = source.signedBy;
      const anyOfVoice = paths.length === 0 && inline.length === 0;
      const wanted = keyrings.filter(
        ({ voice, path }) =>
          voice === 'setting' ||
          (voice === source.voice && (paths.includes(path) || (anyOfVoice && TRUSTED.test(path)))) ||
          (voice === 'machine' && source.voice === 'setting' && TRUSTED.test(path)),
      );
      const own = await Promise.all(inline.map((text) => readKeyring(Buffer.from(text), source.voice)));
      return [...(await keysOf(wanted)), ...own.flat()].filter((key) => isNamed(key, fingerprints));
    },
    async pinned() {
      return (await keysOf(keyrings)).filter(({ fingerprint }) => pinned.has(fingerprint));
    },
  };
}

/** `Signed-By` may name a key or one of its subkeys; which of them signed is seen later. */
function isNamed({ key, voice }: TrustedKey, fingerprints: readonly string[]): boolean {
  if (fingerprints.length === 0 || voice === 'setting') return true;
  return key.getKeys().some((one) => fingerprints.some((text) => text.replace('!', '') === fingerprintOf(one)));
}

/** Upper case, as gpg and apt show it. */
export function fingerprintOf(key: { getFingerprint(): string }): string {
  return key.getFingerprint().toUpperCase();
}

async function readKeyring(bytes: Uint8Array, voice: Voice): Promise<readonly TrustedKey[]> {
  const { readKeys } = await import('openpgp');
  try {
    const armoured = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const keys = armoured.includes('-----BEGIN PGP PUBLIC')
      ? await readKeys({ armoredKeys: armoured })
      : await readKeys({ binaryKeys: Uint8Array.from(bytes) });
    return keys.map((key) => ({ key: key.toPublic(), fingerprint: fingerprintOf(key), voice }));
  } catch {
    return [];
  }
}

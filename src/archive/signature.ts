import type { CleartextMessage, Message, VerifyMessageResult } from 'openpgp';
import { ArchiveError } from './error.ts';
import { fingerprintOf, type KeyChain, pinnedName, type TrustedKey } from './keyring.ts';
import type { AptSource, Signer, Trust } from './model.ts';

/** A Release file as it came: signed within, or with a signature beside it. */
export type SignedRelease =
  | { readonly kind: 'clear-signed'; readonly bytes: Uint8Array }
  | { readonly kind: 'detached'; readonly bytes: Uint8Array; readonly signature: Uint8Array }
  | { readonly kind: 'plain'; readonly bytes: Uint8Array };

/** The signed text, and who signed it. */
export interface VerifiedText {
  /** What was signed and nothing else of the file. */
  readonly text: string;
  readonly signedBy: readonly Signer[];
  readonly trust: Trust;
}

const UNSIGNED = 'the Release file is not signed, or not as archives do';

/** A message whose signatures can be asked for. */
interface Signed {
  readonly text: string;
  readonly keyIds: readonly string[];
  verify(key: TrustedKey, date: Date): Promise<VerifyMessageResult['signatures']>;
}

/**
 * Verifies with the keys that may sign for the source; one signature that holds is enough, as archives sign with the old
 * and the new key while they change them. The key must be good now too, which gpg asks as well. Throws `ArchiveError`:
 * `unsigned`, `no-key`, `untrusted-signature`.
 */
export async function verifyRelease(
  release: SignedRelease,
  source: AptSource,
  keys: KeyChain,
  now: number,
  subject: string,
): Promise<VerifiedText> {
  if (release.kind === 'plain') throw new ArchiveError('unsigned', UNSIGNED, { subject });
  const signed = await read(release, subject);
  const named = await check(signed, await keys.named(source), source, now);
  const found = named.signers.length > 0 ? named : await check(signed, await keys.pinned(), undefined, now);
  if (found.signers.length === 0) {
    throw refusal([...named.faults, ...found.faults], signed.keyIds, subject);
  }
  return { text: signed.text, signedBy: found.signers.map(({ signer }) => signer), trust: trustOf(found.signers) };
}

function refusal(faults: readonly string[], keyIds: readonly string[], subject: string): ArchiveError {
  const [fault] = faults;
  const ids = `signed by ${keyIds.join(', ')}`;
  if (fault === undefined) {
    const message = 'the archive is signed by keys that are not in the keyrings';
    return new ArchiveError('no-key', message, { subject, detail: ids });
  }
  const detail = `${ids}: ${fault}`;
  if (faults.every((one) => /in the future/.test(one))) {
    return new ArchiveError('not-yet-valid', 'the archive is signed in the future', { subject, detail });
  }
  return new ArchiveError('untrusted-signature', 'no signature of the archive holds', { subject, detail });
}

/** The text of a source that needs no signature. */
export async function unverifiedText(release: SignedRelease, subject: string): Promise<VerifiedText> {
  return { text: (await read(release, subject)).text, signedBy: [], trust: 'unverified' };
}

interface Found {
  readonly signer: Signer;
  readonly voice: TrustedKey['voice'];
}

function trustOf(found: readonly Found[]): Trust {
  if (found.some(({ signer }) => signer.pinned)) return 'pinned';
  return found.some(({ voice }) => voice !== 'image') ? 'keyring' : 'image';
}

/** Each key alone, so that it is certain whose signature it is. */
async function check(
  signed: Signed,
  keys: readonly TrustedKey[],
  source: AptSource | undefined,
  now: number,
): Promise<{ signers: Found[]; faults: string[] }> {
  const signers = new Map<string, Found>();
  const faults: string[] = [];
  const date = new Date(now);
  for (const key of keys) {
    const own = new Set(key.key.getKeys().map((one) => one.getKeyID().toHex()));
    if (!signed.keyIds.some((id) => own.has(id))) continue;
    for (const result of await signed.verify(key, date)) {
      if (!own.has(result.keyID.toHex())) continue;
      try {
        await result.verified;
        const signing = await key.key.getSigningKey(result.keyID, date);
        if (!mayUse(source, key, fingerprintOf(signing))) throw new Error('the source does not name this key');
        signers.set(key.fingerprint, { signer: signerOf(key), voice: key.voice });
      } catch (error) {
        faults.push(error instanceof Error ? error.message : String(error));
      }
    }
  }
  return { signers: [...signers.values()], faults };
}

/** A fingerprint that ends with `!` means that key alone, others also its subkeys (sources.list(5), Signed-By). */
function mayUse(source: AptSource | undefined, key: TrustedKey, signing: string): boolean {
  const fingerprints = source?.signedBy.fingerprints ?? [];
  if (fingerprints.length === 0 || key.voice === 'setting') return true;
  return fingerprints.some((one) => one === `${signing}!` || one === signing || one === key.fingerprint);
}

function signerOf({ key, fingerprint }: TrustedKey): Signer {
  const name = pinnedName(fingerprint);
  return { fingerprint, name: name ?? key.getUserIDs()[0] ?? '', pinned: name !== undefined };
}

async function read(release: SignedRelease, subject: string): Promise<Signed> {
  const { createMessage, readCleartextMessage, readSignature, verify } = await import('openpgp');
  const text = Buffer.from(release.bytes).toString('utf8');
  if (release.kind === 'plain') return { text, keyIds: [], verify: () => Promise.resolve([]) };
  try {
    if (release.kind === 'clear-signed') {
      const message: CleartextMessage = await readCleartextMessage({ cleartextMessage: text });
      return {
        text: message.getText(),
        keyIds: message.getSigningKeyIDs().map((id) => id.toHex()),
        verify: async ({ key }, date) => (await verify({ message, verificationKeys: [key], date })).signatures,
      };
    }
    const { signature: bytes } = release;
    const armoured = Buffer.from(bytes).toString('latin1');
    const signature = armoured.includes('-----BEGIN PGP')
      ? await readSignature({ armoredSignature: armoured })
      : await readSignature({ binarySignature: Uint8Array.from(bytes) });
    const message: Message<Uint8Array> = await createMessage({ binary: Uint8Array.from(release.bytes) });
    return {
      text,
      keyIds: signature.getSigningKeyIDs().map((id) => id.toHex()),
      verify: async ({ key }, date) => (await verify({ message, signature, verificationKeys: [key], date })).signatures,
    };
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.slice(0, 200) : undefined;
    throw new ArchiveError('unsigned', UNSIGNED, { subject, detail, cause });
  }
}

import { existsSync, readFileSync } from 'node:fs';
import { readKeys } from 'openpgp';
import { expect, it } from 'vitest';
import pinnedKeys from './archive-keys.json' with { type: 'json' };
import { hasPinnedKeys, pinnedName } from './keyring.ts';

it.each<[string | undefined, boolean]>([
  ['Debian', true],
  ['Ubuntu', true],
  [' debian ', true],
  ['Docker', false],
  [undefined, false],
])('the keys of %s are pinned: %s', (origin, expected) => {
  expect(hasPinnedKeys(origin)).toBe(expected);
});

it('fingerprints are upper-case SHA-1', () => {
  const fingerprints = Object.values(pinnedKeys).flatMap((keys) => Object.keys(keys));
  expect(fingerprints.length).toBeGreaterThan(10);
  for (const fingerprint of fingerprints) expect(fingerprint).toMatch(/^[0-9A-F]{40}$/);
});

const installed = '/usr/share/keyrings/debian-archive-keyring.gpg';

it.runIf(existsSync(installed))('they are those of debian-archive-keyring (skipped where not installed)', async () => {
  const keys = await readKeys({ binaryKeys: Uint8Array.from(readFileSync(installed)) });
  const table: Readonly<Record<string, { name: string; expires: string }>> = pinnedKeys.debian;
  for (const key of keys) {
    const fingerprint = key.getFingerprint().toUpperCase();
    const expires = (await key.getExpirationTime()) as Date;
    const name = key.getUserIDs()[0]?.replace(/ <.*/, '');
    expect({ fingerprint, name, expires: expires.toISOString().slice(0, 10) }).toEqual({
      fingerprint,
      ...table[fingerprint],
    });
    expect(pinnedName(fingerprint)).toBe(name);
  }
});

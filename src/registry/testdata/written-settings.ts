import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { RegistryError, type RegistrySettings } from '../registry.ts';

/** Settings whose files are these alone: `etc/…` are the machine's, `home/…` the user's; programs go to `bin/…`. */
export function writtenSettings(
  files: Readonly<Record<string, string | Uint8Array>>,
  more: (folder: string) => Partial<RegistrySettings> = () => ({}),
): RegistrySettings & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'registry-settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    if (name.startsWith('bin/')) chmodSync(path, 0o755);
  }
  const { env, ...rest } = more(folder);
  return {
    env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, ...env },
    home: join(folder, 'home'),
    systemFolder: join(folder, 'etc'),
    userAgent: 'test',
    ...rest,
    folder,
  };
}

/** What a refusal says: `CODE: detail`, the folder of the test left out. */
export async function refusal(promise: Promise<unknown>, settings: { readonly folder: string }): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return `${error.code}: ${error.detail}`.replaceAll(`${settings.folder}/`, '');
  }
  return 'no refusal';
}

/** `user:password` as `auth` has it. */
export function basicAuth(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Something in the form of PEM. */
export function pem(kind: string, body: string): string {
  return `-----BEGIN ${kind}-----\n${Buffer.from(body).toString('base64')}\n-----END ${kind}-----\n`;
}

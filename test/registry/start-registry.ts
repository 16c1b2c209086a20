// Debian's docker-registry in a folder of its own, as tests want it.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { RegistryAccess, RegistryEndpoint } from '../../src/registry/registry.ts';
import { startTokenService, type TokenOptions, type TokenService } from './token-service.ts';

/** How the registry is to be. */
export interface RegistryOptions {
  /** With a certificate of its own authority, for `localhost` and 127.0.0.1. */
  readonly tls?: boolean;
  /** Names and passwords for basic authentication. */
  readonly htpasswd?: Readonly<Record<string, string>>;
  /** With a token service. */
  readonly token?: TokenOptions;
  /** Further members of its configuration's `http`, `storage` and so on, as YAML lines. */
  readonly more?: string;
}

/** A registry that runs. */
export interface TestRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** PEM, with TLS. */
  readonly ca?: string;
  /** Folder with `ca.pem`, `server.pem`, `server-key.pem` and the registry's `data`. */
  readonly folder: string;
  readonly tokens?: TokenService;
  /** What a client needs to know of one repository. */
  access(repository: string, more?: Partial<RegistryEndpoint>): RegistryAccess;
  /** Copies an OCI layout (`FOLDER` or `FOLDER:TAG`) there by skopeo: `NAME:TAG`. */
  push(layout: string, name: string, ...flags: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Whether this machine has what the tests need. */
export const haveRegistry: boolean = ['docker-registry', 'skopeo', 'openssl', 'htpasswd'].every((tool) =>
  existsSync(join('/usr/bin', tool)),
);

/** Starts it on a free port of 127.0.0.1. */
export async function startRegistry(options: RegistryOptions = {}): Promise<TestRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-registry-'));
  const ca = options.tls || options.token ? makeCertificates(folder) : undefined;
  const tokens = options.token
    ? await startTokenService(options.token, folder, options.tls === true, 'test registry')
    : undefined;
  writeFileSync(join(folder, 'config.yml'), configuration(folder, options, tokens));
  const child = spawn('docker-registry', ['serve', 'config.yml'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  const port = await portOf(child.stderr);
  child.stderr.resume();
  const host = `127.0.0.1:${port}`;
  const tls = options.tls && ca !== undefined ? { ca } : {};
  return {
    host,
    ...tls,
    folder,
    ...(tokens ? { tokens } : {}),
    access: (repository, more) => ({
      registry: host,
      repository,
      userAgent: 'seaworthy-test',
      env: {},
      endpoints: [
        {
          url: `${options.tls ? 'https' : 'http'}://${host}/v2`,
          can: ['pull', 'resolve', 'push'],
          ...(tls.ca ? { tls: { ca: [tls.ca] } } : {}),
          ...more,
        },
      ],
    }),
    async push(layout, name, ...flags) {
      const [user] = Object.entries(options.htpasswd ?? options.token?.users ?? {});
      const credentials = user ? ['--dest-creds', user.join(':')] : [];
      const args = ['copy', '--quiet', '--all', '--dest-tls-verify=false', ...credentials, ...flags];
      // Not while we wait for it: the token service is in this process.
      await promisify(execFile)('skopeo', [...args, `oci:${layout}`, `docker://${host}/${name}`]);
    },
    async close() {
      child.kill('SIGKILL');
      await exited;
      await tokens?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An authority and a server's certificate from it; gives back the authority as PEM. */
export function makeCertificates(folder: string): string {
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca-key.pem',
    '-out',
    'ca.pem',
    '-days',
    '30',
    '-subj',
    '/CN=Test Authority',
  );
  for (const name of ['server', 'client']) {
    const names = name === 'server' ? ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'] : [];
    openssl('req', ...key, '-keyout', `${name}-key.pem`, '-out', `${name}.csr`, '-subj', `/CN=test-${name}`, ...names);
    const issuer = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-copy_extensions', 'copy'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...issuer, '-out', `${name}.pem`, '-days', '30');
  }
  return readFileSync(join(folder, 'ca.pem'), 'utf8');
}

function configuration(folder: string, options: RegistryOptions, tokens: TokenService | undefined): string {
  const lines = [
    'version: 0.1',
    'log: {level: info, formatter: json}',
    `storage: {filesystem: {rootdirectory: ${folder}/data}, delete: {enabled: true}}`,
    'http:',
    '  addr: 127.0.0.1:0',
    ...(options.tls ? [`  tls: {certificate: ${folder}/server.pem, key: ${folder}/server-key.pem}`] : []),
  ];
  if (options.htpasswd) {
    const entries = Object.entries(options.htpasswd).map(([user, password]) =>
      execFileSync('htpasswd', ['-nbB', '-C', '4', user, password], { encoding: 'utf8' }).trim(),
    );
    writeFileSync(join(folder, 'htpasswd'), `${entries.join('\n')}\n`);
    lines.push(`auth: {htpasswd: {realm: test, path: ${folder}/htpasswd}}`);
  }
  if (tokens) {
    const { realm, service, issuer } = tokens;
    lines.push(
      `auth: {token: {realm: '${realm}', service: '${service}', issuer: ${issuer}, rootcertbundle: ${folder}/ca.pem}}`,
    );
  }
  return `${lines.join('\n')}\n${options.more ?? ''}\n`;
}

async function portOf(log: NodeJS.ReadableStream): Promise<number> {
  const said: string[] = [];
  for await (const line of createInterface({ input: log })) {
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port !== undefined) return Number(port);
    said.push(line);
  }
  throw new Error(`docker-registry did not start: ${said.join('\n')}`);
}

// What a new user does wrong, against servers that are really there.
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeOciLayout } from '../../test/images/oci-image.ts';
import { haveRegistry, startRegistry, type TestRegistry } from '../../test/registry/start-registry.ts';
import { home, type Played, play, type Stage } from './testdata/play.ts';

const env = { HOME: home, DOCKER_HOST: `unix://${home}/none.sock`, CONTAINERD_ADDRESS: `${home}/none.sock` };
const layout = join(home, 'layout');
writeOciLayout(layout, { layers: [{ entries: [{ name: 'a', body: 'b' }] }] });

async function scanned(words: string, stage: Stage = {}): Promise<Played> {
  const loadScan = async () => (await import('../scan/scan.ts')).scan;
  return await play(`scan --offline --db ${home}/none.db ${words}`, {
    loadScan,
    ...stage,
    env: { ...env, ...stage.env },
  });
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterAll(() => rmSync(home, { recursive: true }));

describe('without a registry', () => {
  const page = createHttpServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<html><body>Who are you?</body></html>');
  });
  let host = '';
  beforeAll(async () => {
    host = await listening(page);
  });
  afterAll(() => page.close());

  it.each([
    ['registry://HOST/app:1', 'the registry answers without TLS: HOST/app:1', 'use --plain-http if'],
    [
      '--plain-http registry://HOST/app:1',
      'the answer is not the JSON that a registry gives: HOST/app:1: text/html',
      'check that a registry listens there, ',
    ],
    [
      'registry://127.0.0.1:1/app',
      'the registry cannot be reached: 127.0.0.1:1/app:latest: nothing listens at 127.0.0.1:1 (ECONNREFUSED)',
      'check the name, the network and the proxy',
    ],
    [
      '--from docker debain',
      'the engine does not listen: HOME/none.sock (ENOENT)',
      'start it, or say where it listens: DOCKER_HOST',
    ],
    [
      '--from docker,containerd debain',
      'there is no file, folder or image of that name: debain (',
      'check the path or',
    ],
    ['./debain', 'there is no file or folder of that name: ./debain', 'check the path or name'],
    ['containerd://debian', 'there is no socket of the engine: HOME/none.sock', 'start it, or say where'],
    ['registry://Team/App', 'that is not the name of an image: registry Team, repository App: a repo', 'write [REGIS'],
    ['HOME/text', 'the file is not ', 'export the image first'],
    ['HOME/folder', 'the folder is neither an OCI layout', 'export the image first'],
  ])('%s', async (words, what, next) => {
    writeFileSync(join(home, 'text'), 'no image');
    mkdirSync(join(home, 'folder'), { recursive: true });
    const { code, stdout, stderr } = await scanned(words.replace('HOST', host).replace('HOME', home));
    expect({ code: code === 2 || code === 3, stdout }).toEqual({ code: true, stdout: '' });
    const [first, second, ...rest] = stderr.replaceAll(host, 'HOST').replaceAll(home, 'HOME').split('\n');
    expect(first?.slice(0, 11 + what.length)).toBe(`seaworthy: ${what}`);
    expect(second?.slice(0, 2 + next.length)).toBe(`  ${next}`);
    expect(rest).toEqual(['']);
  });

  it('names the proxy that is not there', async () => {
    const { stderr } = await scanned('registry://registry.example.org/app:1', {
      env: { HTTPS_PROXY: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1' },
    });
    expect(stderr.split('\n')[0]).toBe(
      'seaworthy: the registry cannot be reached: registry.example.org/app:1: nothing listens at 127.0.0.1:1 (ECONNREFUSED)',
    );
  });
});

describe.skipIf(!haveRegistry)("with Debian's registry (skipped where docker-registry, skopeo … are missing)", () => {
  let own: TestRegistry;
  let locked: TestRegistry;
  beforeAll(async () => {
    [own, locked] = await Promise.all([startRegistry({ tls: true }), startRegistry({ htpasswd: { me: 'secret' } })]);
    await Promise.all([own, locked].map(async (registry) => registry.push(layout, 'team/app:1.2')));
  });
  afterAll(async () => {
    await Promise.all([own.close(), locked.close()]);
  });
  const firstLine = ({ stderr }: Played, { host }: TestRegistry): string =>
    (stderr.split('\n')[0] ?? '').replaceAll(host, 'HOST');

  it('tells of an authority that nobody knows, and takes it when it is named', async () => {
    const outcome = await scanned(`registry://${own.host}/team/app:1.2`);
    expect(firstLine(outcome, own)).toMatch(
      /^seaworthy: the registry cannot be trusted: its certificate does not hold: HOST\/team\/app:1\.2: [a-z -]+ \([A-Z_]+\)$/,
    );
    expect(outcome.stderr).toContain("name the registry's own authority by --tls-ca FILE");
    const { stdout } = await scanned(`--tls-ca ${own.folder}/ca.pem registry://${own.host}/team/app:1.2`);
    expect(stdout).toContain(`in registry ${own.host}`);
  });

  it('tells of a tag that is not there by its whole name', async () => {
    const outcome = await scanned(`--tls-ca ${own.folder}/ca.pem ${own.host}/team/app:9`);
    expect(firstLine(outcome, own)).toBe(
      'seaworthy: the registry does not have this: HOST/team/app:9: 404 MANIFEST_UNKNOWN: manifest unknown; no file, folder or image of an engine goes by that name either',
    );
  });

  it.each([
    ['', undefined, 'the registry wants to know who we are: HOST/team/app:1.2: 401 without credentials'],
    ['--username me', 'wrong', 'the registry does not take these credentials: HOST/team/app:1.2: 401'],
  ])('asks who we are: %j', async (flags, input, what) => {
    const words = `--plain-http ${flags} registry://${locked.host}/team/app:1.2`.replace('  ', ' ');
    const outcome = await scanned(words, input === undefined ? {} : { input });
    expect(firstLine(outcome, locked)).toBe(`seaworthy: ${what}`);
    expect(outcome.stderr).toContain('log in by `docker login`');
    const { stdout } = await scanned(`--plain-http --username me registry://${locked.host}/team/app:1.2`, {
      input: 'secret\n',
    });
    expect(stdout).toContain(`in registry ${locked.host}`);
  });
});

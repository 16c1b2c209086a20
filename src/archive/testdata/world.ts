import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Clock } from '../../internal/clock.ts';
import { type HttpClient, openHttpClient } from '../../internal/http.ts';
import { type FileServer, newKey, serveFiles, type TestKey } from './fake-archive.ts';

export const day = 86_400_000;
/** The tests' own time. */
export const now: number = Date.UTC(2026, 10, 24, 12);

/** A clock that stands still and does not wait. */
export const at = (time: number): Clock => ({ now: () => time, sleep: async () => {} });

// What the tests of a file share, as live bindings; a server and a cache folder are new for each.
export let key: TestKey;
export let other: TestKey;
/** Was good until yesterday. */
export let expired: TestKey;
export let server: FileServer;
export let http: HttpClient;
export let cacheFolder: string;

/** Sets it up by the hooks of the file that calls. */
export function setUp(): void {
  beforeAll(async () => {
    const created = new Date(now - 400 * day);
    key = await newKey('archive', created);
    other = await newKey('other', created);
    expired = await newKey('old', created, 399 * 86_400);
    http = await openHttpClient({ env: {}, userAgent: 'test' });
  });
  afterAll(() => http.close());
  beforeEach(async () => {
    server = await serveFiles();
    cacheFolder = mkdtempSync(join(tmpdir(), 'seaworthy-archive-'));
  });
  afterEach(async () => {
    await server.close();
    rmSync(cacheFolder, { recursive: true, force: true });
  });
}

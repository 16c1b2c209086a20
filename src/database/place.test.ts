import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { databasePath } from './place.ts';

it.each([
  [{ SEAWORTHY_HOME: '/srv/sw', XDG_CACHE_HOME: '/c', HOME: '/h' }, '/srv/sw/advisories.db'],
  [{ SEAWORTHY_HOME: '', XDG_CACHE_HOME: '/c', HOME: '/h' }, '/c/seaworthy/advisories.db'],
  [{ XDG_CACHE_HOME: 'relative', HOME: '/h' }, '/h/.cache/seaworthy/advisories.db'],
  [{ HOME: '/h' }, '/h/.cache/seaworthy/advisories.db'],
  [{}, join(homedir(), '.cache/seaworthy/advisories.db')],
])('%j keeps the database at %s', (env, expected) => {
  expect(databasePath(env)).toBe(expected);
});

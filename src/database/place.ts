import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where the database is kept: `advisories.db` in `$SEAWORTHY_HOME`, else in `$XDG_CACHE_HOME/seaworthy` (a relative one
 * is ignored, as the XDG Base Directory Specification says), else in `~/.cache/seaworthy`.
 */
export function databasePath(env: Readonly<Record<string, string | undefined>>): string {
  return join(homeFolder(env), 'advisories.db');
}

function homeFolder(env: Readonly<Record<string, string | undefined>>): string {
  const own = env['SEAWORTHY_HOME'];
  if (own !== undefined && own !== '') return own;
  const cache = env['XDG_CACHE_HOME'];
  if (cache !== undefined && isAbsolute(cache)) return join(cache, 'seaworthy');
  return join(env['HOME'] || homedir(), '.cache', 'seaworthy');
}

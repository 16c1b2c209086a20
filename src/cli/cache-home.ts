// Only syntax that Node.js 14 knows: see main.ts.
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Folder of everything that can be had again: `$SEAWORTHY_HOME`, else `$XDG_CACHE_HOME/seaworthy` (ignored when it is
 * relative, as the XDG Base Directory Specification says), else `~/.cache/seaworthy`.
 */
export function cacheHome(env: Readonly<Record<string, string | undefined>>): string {
  const own = env['SEAWORTHY_HOME'];
  if (own !== undefined && own !== '') return own;
  const cache = env['XDG_CACHE_HOME'];
  if (cache !== undefined && isAbsolute(cache)) return join(cache, 'seaworthy');
  return join(env['HOME'] || homedir(), '.cache', 'seaworthy');
}

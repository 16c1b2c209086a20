/** What the user asked for with `--color`. */
export const colorChoices = ['auto', 'always', 'never'] as const;
export type ColorChoice = (typeof colorChoices)[number];

/** Environment variables by name. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Whether text for a stream is coloured. The option decides; else FORCE_COLOR, which stands above NO_COLOR as in
 * Node.js itself; else NO_COLOR (no-color.org: any value but an empty one); else whether it is a terminal that can.
 */
export function wantsColor(choice: ColorChoice, env: Env, isTerminal: boolean): boolean {
  if (choice !== 'auto') return choice === 'always';
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (env['NO_COLOR']) return false;
  return isTerminal && env['TERM'] !== 'dumb';
}

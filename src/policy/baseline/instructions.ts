import { limitText } from '../../internal/limit-text.ts';
import words from './words.json' with { type: 'json' };

/**
 * instruction = classic / build-kit / other
 * classic     = "/bin/sh -c #(nop)" 1*SP name SP arguments / [ arguments-of-build ] "/bin/sh -c " command
 * build-kit   = name SP arguments [ SP "# buildkit" ]
 * arguments-of-build = "|" count 1*( SP name "=" value ) SP
 */
type Instructions = readonly (string | undefined)[];

/** Instructions that were found, and whether others may have been: their text is cut or says nothing. */
export interface Found {
  readonly found: readonly string[];
  readonly unclear: boolean;
}

/** Updates of package lists by themselves (CIS 4.7). */
export function updatesAlone(instructions: Instructions): Found {
  return found(instructions, (text) => {
    const command = text.replaceAll(/\s+/g, ' ').replaceAll(/ -[\w-]+(?:=\S*)?/g, '');
    const updates = words.update.some((update) => command.includes(update));
    return updates && !words.install.some((word) => new RegExp(`\\s${word}(?:\\s|$)`).test(command));
  });
}

/** Uses of ADD (CIS 4.9), but for the first layer, which is how a root file system gets into an image. */
export function addedFiles(instructions: Instructions): Found {
  return found(
    instructions,
    (text, index) => index > 0 && /^(?:\/bin\/sh -c #\(nop\)\s+)?ADD\s/.test(text.trimStart()),
  );
}

/** Installations that skip the check of who made the packages, or run what was just fetched (CIS 4.11). */
export function unverifiedInstalls(instructions: Instructions): Found {
  return found(
    instructions,
    (text) =>
      words.unverified.some((word) => text.includes(word)) ||
      /\b(?:curl|wget)\b[^;&|]{0,2000}\|\s*(?:sudo\s+)?(?:ba|da|z)?sh\b/.test(text) ||
      /\bcurl\b[^;&|]{0,2000}\s(?:-k|--insecure)\b/.test(text),
  );
}

/** Names of values that look like secrets (CIS 4.10), in the environment and in instructions; never the values. */
export function secretNames(instructions: Instructions, environment: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (const text of environment) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (isSecret(name, value)) names.add(`environment ${name}`);
  }
  for (const text of instructions) {
    for (const [, name = '', value = ''] of (text ?? '').matchAll(
      /(?:^|\s)([A-Za-z_]\w{2,63})=("[^"]*"|'[^']*'|\S*)/g,
    )) {
      if (isSecret(name, value)) names.add(`instruction ${name}`);
    }
  }
  return [...names];
}

/** A value that is empty or refers to another is none. */
function isSecret(name: string, value: string): boolean {
  const upper = name.toUpperCase();
  const bare = value.replaceAll(/^["']|["']$/g, '');
  if (bare === '' || bare.startsWith('$') || /^(?:true|false|none|null|0|1)$/i.test(bare)) return false;
  if (words.notSecretEnds.some((end) => upper.endsWith(end))) return false;
  return words.secretWords.some((word) => upper === word || upper.endsWith(`_${word}`) || upper.startsWith(`${word}_`));
}

function found(instructions: Instructions, is: (text: string, index: number) => boolean): Found {
  const texts = instructions.map((text) => text ?? '');
  return {
    found: texts.filter(is).map((text) => shown(text)),
    unclear: texts.some((text) => text === '' || /<<-?\s*\S|\.\.\.\)?$/.test(text)),
  };
}

function shown(text: string): string {
  const plain = text.replaceAll(/[\p{Cc}\s]+/gu, ' ').replace(/^\/bin\/sh -c (?:#\(nop\) *)?/, '');
  return limitText(withoutArguments(plain), 120);
}

/** Build arguments stand before the command and may be secret. */
function withoutArguments(text: string): string {
  return text.replace(/^(RUN )?\|\d+ .*?(\/bin\/\w*sh -c )/, '$1$2');
}

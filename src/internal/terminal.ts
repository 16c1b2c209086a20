/**
 * Characters that a terminal obeys or hides instead of showing: controls, bidirectional overrides, zero-width and
 * unassigned ones, lone surrogates, line and paragraph separators (Unicode general categories C, Zl, Zp).
 */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]|(?<=\p{M}{4})\p{M}/gu;
const ascii = /^[\x20-\x7e]*$/;

/**
 * Replaces what a terminal would obey or hide by `\x1b`, `\u{202e}`, so that foreign text can only be seen; likewise
 * combining marks after the fourth in a row, which would paint over other lines.
 */
export function visible(text: string): string {
  return ascii.test(text) ? text : text.replace(unprintable, escaped);
}

function escaped(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return point < 0x100 ? `\\x${point.toString(16).padStart(2, '0')}` : `\\u{${point.toString(16)}}`;
}

// East Asian Width W and F, and what terminals draw as two columns (UAX #11); coarse, whole blocks.
const wide =
  /[\u1100-\u115f\u231a\u231b\u23e9-\u23ec\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1b000}-\u{1b2ff}\u{1f004}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const combining = /\p{M}/u;

/** Columns that one printable character takes: 0, 1 or 2. */
export function characterWidth(character: string): 0 | 1 | 2 {
  if (character <= '~') return 1;
  if (wide.test(character)) return 2;
  return combining.test(character) ? 0 : 1;
}

/** Columns that printable text takes in a terminal. */
export function displayWidth(text: string): number {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** Cuts printable text to `width` columns, the last being `…` when something was cut off. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width < 1) return '';
  return `${takeColumns(text, width - 1)}…`;
}

/** The longest beginning of printable text that fits in `width` columns, with its combining marks. */
export function takeColumns(text: string, width: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width) break;
    end += character.length;
  }
  return text.slice(0, end);
}

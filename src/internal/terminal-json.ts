// C1 controls (0x9b alone starts an escape sequence), bidirectional and zero-width characters. JSON.stringify has
// escaped the other controls and lone surrogates already.
const obeyed = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Escapes in JSON text what a terminal would obey or hide; a JSON reader reads the same. */
export function safeJson(text: string): string {
  return text.replace(obeyed, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

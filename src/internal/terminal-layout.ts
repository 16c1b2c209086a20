import { styleText } from 'node:util';
import { limitText } from './limit-text.ts';
import { characterWidth, displayWidth, takeColumns, truncate, visible } from './terminal.ts';

/** What a piece of text means to the reader; `render` turns it into colours. */
export type Tone = 'title' | 'quiet' | 'calm' | 'good' | 'warn' | 'bad' | 'worst' | 'odd';

/** Printable text: what a terminal would obey is already escaped. Made only by `span`. */
export interface Span {
  readonly text: string;
  readonly tone?: Tone;
}

/** One line of the screen. */
export type Line = readonly Span[];

/** Longest foreign text that is shown, UTF-16 units; the JSON report has it whole. */
const longestText = 2_000;

const styles: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
  title: 'bold',
  quiet: 'dim',
  calm: 'cyan',
  good: 'green',
  warn: 'yellow',
  bad: 'red',
  worst: ['bold', 'red'],
  odd: 'magenta',
};

/** Makes text fit to be printed; line breaks and runs of blanks become one blank. */
export function span(text: string, tone?: Tone): Span {
  const shown = visible(limitText(text.trim().replace(/\s+/g, ' '), longestText));
  return tone === undefined ? { text: shown } : { text: shown, tone };
}

/** One line per string, with colours if wanted. */
export function render(lines: readonly Line[], color: boolean): string {
  return lines.map((line) => `${renderLine(line, color)}\n`).join('');
}

function renderLine(line: Line, color: boolean): string {
  if (!color) return line.map(({ text }) => text).join('');
  return line
    .map(({ text, tone }) => (tone === undefined ? text : styleText(styles[tone], text, { validateStream: false })))
    .join('');
}

/** How far lines stand from the left: the first, and those after it. */
export interface Indent {
  readonly first: number;
  readonly rest: number;
}

/**
 * Lays spans out, one blank between them, in lines of at most `width` columns. Breaks at blanks; a word that is longer
 * than a line is broken anywhere, so nothing of it is lost.
 */
export function flow(spans: readonly Span[], width: number, indent: Indent): Line[] {
  const lines: Span[][] = [[{ text: ' '.repeat(indent.first) }]];
  let used = indent.first;
  let empty = true;
  const open = (): void => {
    lines.push([{ text: ' '.repeat(indent.rest) }]);
    used = indent.rest;
    empty = true;
  };
  const put = (text: string, tone: Tone | undefined): void => {
    const blank = empty ? '' : ' ';
    append(lines[lines.length - 1] ?? [], blank + text, tone);
    used += blank.length + displayWidth(text);
    empty = false;
  };
  for (const { text, tone } of spans) {
    for (const word of text.split(' ')) {
      if (word === '') continue;
      let rest = word;
      if (!empty && used + 1 + displayWidth(rest) > width) open();
      while (rest !== '' && displayWidth(rest) > width - used) {
        const piece = takeColumns(rest, width - used) || takeOne(rest);
        put(piece, tone);
        rest = rest.slice(piece.length);
        open();
      }
      if (rest !== '') put(rest, tone);
    }
  }
  if (empty && lines.length > 1) lines.pop();
  return lines;
}

function append(line: Span[], text: string, tone: Tone | undefined): void {
  const last = line[line.length - 1];
  if (last !== undefined && last.tone === tone) line[line.length - 1] = { ...last, text: last.text + text };
  else line.push(tone === undefined ? { text } : { text, tone });
}

/** One character, however wide, so that laying out always gets on. */
function takeOne(text: string): string {
  for (const character of text) if (characterWidth(character) > 0) return character;
  return text;
}

/** Spans laid out from column `at` on, with a shorter label standing to their left on the first line. */
export function labelled(label: Span, at: number, spans: readonly Span[], width: number): Line[] {
  return flow(spans, width, { first: at, rest: at }).map((line, i) => {
    const [first, ...others] = line;
    if (i > 0 || first === undefined) return line;
    const gap = ' '.repeat(Math.max(0, at - 2 - displayWidth(label.text)));
    return [{ text: '  ' }, label, { ...first, text: gap + first.text.slice(at) }, ...others];
  });
}

/** One line, its end cut off with `…` where it does not fit: only for titles, never for names, versions or numbers. */
export function clipped(text: Span, width: number, indent: number): Line {
  return [{ text: ' '.repeat(indent) }, { ...text, text: truncate(text.text, width - indent) }];
}

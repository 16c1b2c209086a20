import type { ChangelogEntry } from './changelog.ts';
import words from './flaw-words.json' with { type: 'json' };
import type { ChangelogFlaw, MentionedFlaw } from './model.ts';

/** What entries of a changelog say of flaws. */
export interface Flaws {
  readonly closes: readonly ChangelogFlaw[];
  readonly mentions: readonly MentionedFlaw[];
}

type Why = MentionedFlaw['why'];

interface Signs {
  /** Of the text before a group of identifiers, to its end. */
  readonly before: RegExp;
  /** Of the text after it, from its start. */
  readonly after: RegExp;
  /** Of an item that has others below it. */
  readonly head: RegExp;
}

const anyOf = (patterns: readonly string[]): RegExp => new RegExp(patterns.join('|'), 'i');

const signs: readonly (readonly [Why, Signs])[] = Object.entries(words).map(([why, { before, after, head }]) => [
  why as Why,
  { before: anyOf(before), after: anyOf(after), head: anyOf(head) },
]);

/** `CAN` was the name of candidates until 2005, and is no CVE's since; dashes may be typographic. */
const ID = /(?<![a-z0-9])(?:CVE|CAN)[-_ \u2010-\u2013](\d{4})[-_\u2010-\u2013](\d{4,})(?!\d)/gi;
const LAST_CANDIDATES = 2005;
/** What stands between identifiers of which the same is said. */
const LIST = /^(?:\.patch)?\s*(?:[,/&+]|,? ?(?:and|or)\b|\))?\s*(?:\(|\/|CVEs? )?\s*$/i;
/** `CVE-2020-25681 - CVE-2020-25687 inclusive`. */
const RANGE = /^\s*(?:-|\u2013|to|through)\s*$/i;
const RANGE_IDS = 50;
/** Words further away, in characters, say nothing of an identifier; and patterns take time. */
const NEAR = 400;
const TEXT_CHARACTERS = 300;

/**
 * The flaws that entries (the newest first) close, each by the newest entry that does, and those that they only speak of.
 * What a later entry reverts is not closed; where the words leave doubt, it is a mention.
 */
export function flawsOf(entries: readonly ChangelogEntry[]): Flaws {
  const closes = new Map<string, ChangelogFlaw>();
  const mentions = new Map<string, MentionedFlaw>();
  for (const entry of entries.toReversed()) {
    for (const { ids, text, why } of statementsOf(entry.lines)) {
      for (const id of ids) {
        const flaw = { id, version: entry.version, text };
        if (why === undefined) {
          closes.set(id, flaw);
          mentions.delete(id);
        } else if (why === 'reverted') {
          closes.delete(id);
          mentions.set(id, { ...flaw, why });
        } else if (!closes.has(id) && mentions.get(id)?.why !== 'reverted') {
          mentions.set(id, { ...flaw, why });
        }
      }
    }
  }
  return { closes: inOrder(closes), mentions: inOrder(mentions) };
}

/** Identifiers of which a sentence says the same, and why they are not closed by it. */
interface Statement {
  readonly ids: readonly string[];
  readonly text: string;
  readonly why: Why | undefined;
}

/** An item of the list, with the lines that go on with it. */
interface Item {
  readonly indent: number;
  readonly text: string;
}

function statementsOf(lines: readonly string[]): Statement[] {
  const statements: Statement[] = [];
  /** Items that the current one stands below, with what their words say of all below. */
  const above: { readonly indent: number; readonly head: Why | undefined }[] = [];
  for (const item of itemsOf(lines)) {
    while (above.length > 0 && (above.at(-1)?.indent ?? 0) >= item.indent) above.pop();
    const whyOfAll = above.map(({ head }) => head).find((why) => why !== undefined);
    for (const sentence of sentencesOf(item.text)) {
      const text = shown(sentence);
      for (const { ids, before, after } of groupsOf(sentence)) {
        statements.push({ ids, text, why: whyOf(before, after) ?? whyOfAll });
      }
    }
    const start = item.text.slice(0, NEAR);
    above.push({ indent: item.indent, head: signs.find(([, { head }]) => head.test(start))?.[0] });
  }
  return statements;
}

interface Group {
  readonly ids: readonly string[];
  /** What may be said of them before, and behind. */
  readonly before: string;
  readonly after: string;
}

/**
 * Identifiers next to one another, with the text between them and their neighbours. In parentheses the text outside is
 * what was changed ("drop an unused argument (CVE-…)"), of which only that it is a revert or mends a regression counts.
 */
function groupsOf(sentence: string): Group[] {
  const groups: { ids: string[]; start: number; end: number }[] = [];
  for (const match of sentence.matchAll(ID)) {
    const [text, year = '', number = ''] = match;
    if (/^CAN/i.test(text) && Number(year) > LAST_CANDIDATES) continue;
    const id = `CVE-${year}-${number}`;
    const end = match.index + match[0].length;
    const last = groups.at(-1);
    const between = last === undefined ? '' : sentence.slice(last.end, match.index);
    if (last !== undefined && (LIST.test(between) || RANGE.test(between))) {
      if (RANGE.test(between)) last.ids.push(...within(last.ids.at(-1) ?? id, id));
      last.ids.push(id);
      last.end = end;
    } else groups.push({ ids: [id], start: match.index, end });
  }
  return groups.map(({ ids, start, end }, index) => {
    const before = sentence.slice(groups[index - 1]?.end ?? 0, start);
    const paren = before.lastIndexOf('(');
    const outside = paren < 0 || before.includes(')', paren) ? undefined : before.slice(0, paren);
    const kept = outside === undefined ? before : `${outsideSigns(outside)} ${before.slice(paren + 1)}`;
    return { ids, before: kept, after: sentence.slice(end, groups[index + 1]?.start) };
  });
}

/** The identifiers between two of one year; none where they are too far apart to be a range. */
function within(first: string, last: string): string[] {
  const [from, to] = [Number(first.slice(9)), Number(last.slice(9))];
  if (first.slice(0, 9) !== last.slice(0, 9) || to - from < 2 || to - from > RANGE_IDS) return [];
  return Array.from({ length: to - from - 1 }, (_, index) => {
    return `${first.slice(0, 9)}${String(from + 1 + index).padStart(first.length - 9, '0')}`;
  });
}

const OUTSIDE = /^\W*revert\w*\b|\bregressions?\b|\b(?:incomplete|partial|insufficient) (?:\w+ ){0,2}fix/i;

function outsideSigns(text: string): string {
  return (OUTSIDE.exec(text.replace(/^(?:\[[^\]]*\]\s*)+/, '').replace(/\(regression in [^)]*\)/gi, '')) ?? [''])[0];
}

function whyOf(before: string, after: string): Why | undefined {
  const [near, next] = [before.slice(-NEAR), after.slice(0, NEAR)];
  return signs.find(([, sign]) => sign.before.test(near) || sign.after.test(next))?.[0];
}

/** Bullets begin items; a line that is indented less than the text before, or a blank one, ends them. */
function itemsOf(lines: readonly string[]): Item[] {
  const items: OpenItem[] = [];
  let open: OpenItem | undefined;
  for (const line of lines) {
    const [, blanks = '', bullet = '', text = ''] =
      /^(\s*)((?:[*+\-o\u2022]+|\d+[.)])\s+)?(.*)$/.exec(line.trimEnd()) ?? [];
    const indent = blanks.replaceAll('\t', '        ').length;
    if (text === '' || /^\[.*\]$/.test(text)) {
      open = undefined;
    } else if (bullet === '' && open !== undefined && indent >= open.indent && NAMED.test(text)) {
      // Upstream's lists give each flaw a line without a bullet.
      items.push({ indent: open.indent + 1, parts: [text] });
    } else if (bullet === '' && open !== undefined && indent >= open.indent) {
      append((items.at(-1) ?? open).parts, text);
    } else {
      open = { indent, parts: [text] };
      items.push(open);
    }
  }
  return items.map(({ indent, parts }) => ({ indent, text: parts.join('') }));
}

/** An item to which lines are added: texts that grow line by line would take time by their square. */
interface OpenItem {
  readonly indent: number;
  readonly parts: string[];
}

/** An identifier may be broken over two lines after a hyphen. */
function append(parts: string[], text: string): void {
  const isBroken = /\b(?:CVE|CAN)-(?:\d{4}-)?$/i.test(parts.at(-1) ?? '') && /^\d/.test(text);
  parts.push(isBroken ? text : ` ${text}`);
}

/** A line that begins with an identifier and says what it is. */
const NAMED = /^(?:CVE|CAN)-\d{4}-\d{4,}\s*[:\u2013]/i;

/** Sentences: a full stop in a name of a file or a version is followed by no blank. */
function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.;!])\s+(?=\S)/);
}

function shown(text: string): string {
  const line = text
    .replaceAll(/\p{Cc}/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length > TEXT_CHARACTERS ? `${line.slice(0, TEXT_CHARACTERS - 1)}…` : line;
}

function inOrder<T extends ChangelogFlaw>(flaws: ReadonlyMap<string, T>): T[] {
  const number = ({ id }: T): number => Number(id.slice(9));
  return [...flaws.values()].toSorted(
    (a, b) => a.id.slice(0, 8).localeCompare(b.id.slice(0, 8)) || number(a) - number(b),
  );
}

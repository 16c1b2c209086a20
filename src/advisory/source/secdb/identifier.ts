/*
 * What aports maintainers write as one entry of `secfixes` (free text, in practice):
 *
 *   entry  = name *( separator name ) [ note ]
 *   name   = "CVE" ( "-" / "_" / " " ) year ( "-" / "_" ) digits [ suffix ]   suffix: ".patch", "-1", dropped
 *          / any other word with a letter first and a digit in it             "XSA-260", "GHSA-…", "VSV00019"
 *   separator = white space / "," / "/"
 *   note   = "(" anything                                                     "(Not affected, requires …)"
 *
 * Placeholders ("CVE-????-?????", "CVE-2025-XXXXX") are no names.
 */

/** One flaw that an entry names. */
export interface NamedFlaw {
  readonly id: string;
  readonly aliases: readonly string[];
}

/** What an entry says: its flaws, and the note behind them. */
export interface SecfixEntry {
  readonly flaws: readonly NamedFlaw[];
  readonly note?: string;
}

const LONGEST = 1000;

/**
 * Reads one entry. Each CVE in it is a flaw of its own, with the names that are no CVE as aliases; without a CVE the first
 * name is the flaw and the others its aliases. No flaws: nothing in the text is a name.
 */
export function readSecfixEntry(text: string): SecfixEntry {
  const bracket = text.indexOf('(');
  const names = (bracket < 0 ? text : text.slice(0, bracket)).slice(0, LONGEST).replace(/\bCVE[\s_]+(?=\d)/g, 'CVE-');
  const note = bracket < 0 ? '' : text.slice(bracket + 1, bracket + LONGEST).replace(/\)?\s*$/, '');
  const cves = new Set<string>();
  const others = new Set<string>();
  for (const word of names.split(/[\s,/]+/)) {
    const cve = /^CVE[-_](\d{4})[-_](\d{4,19})/i.exec(word);
    if (cve !== null) cves.add(`CVE-${cve[1]}-${cve[2]}`);
    else if (/^[A-Za-z][\w.-]*\d[\w.-]*$/.test(word) && !/^CVE-\d{4}-X/i.test(word)) others.add(word);
  }
  return { flaws: flawsOf([...cves], [...others]), ...(note === '' ? {} : { note }) };
}

function flawsOf(cves: readonly string[], others: readonly string[]): NamedFlaw[] {
  if (cves.length > 0) return cves.map((id) => ({ id, aliases: others }));
  const [id, ...aliases] = others;
  return id === undefined ? [] : [{ id, aliases }];
}

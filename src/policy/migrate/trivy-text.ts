import { dayBefore } from './expiry.ts';
import type { Wish } from './finish.ts';
import type { Told } from './model.ts';
import names from './names.json' with { type: 'json' };

/**
 * file  = *( *WSP [ comment / entry ] LF )
 * comment = "#" text
 * entry = identifier *( 1*WSP field )
 * field = "exp:" year "-" month "-" day / any other, without meaning
 */
export function readTrivyText(text: string, told: Told): readonly Wish[] {
  const wishes: Wish[] = [];
  let above: string[] = [];
  let open = false;
  for (const [index, whole] of text.split('\n').entries()) {
    const row = whole.trim();
    const line = index + 1;
    if (row.startsWith('#')) {
      // A comment that follows an entry begins another remark.
      above = open ? [wordsOf(row)] : [...above, wordsOf(row)];
      open = false;
    } else if (row === '') {
      above = [];
      open = false;
    } else {
      open = true;
      const wish = entryOf(row, line, above.join(' '), told);
      if (wish !== undefined) wishes.push(wish);
    }
  }
  return wishes;
}

function entryOf(row: string, line: number, above: string, told: Told): Wish | undefined {
  const [id = '', ...fields] = row.split(/\s+/);
  const leave = (code: 'bad-name' | 'bad-date' | 'other-kind', message: string, detail: string): undefined => {
    told.push({ line, code, effect: 'left-out', message, detail });
  };
  if (!isFlawName(id)) return leave('bad-name', 'no flaw has such a name', id);
  if (!names.flaws.some((prefix) => id.startsWith(prefix))) {
    return leave('other-kind', 'it names no known flaw: a misconfiguration, a secret or a licence', id);
  }
  const expiry = fields.find((field) => field.startsWith('exp:'));
  const last = expiry === undefined ? undefined : dayBefore(expiry.slice(4));
  if (expiry !== undefined && last === undefined) {
    return leave('bad-date', 'its expiry is no day, so that Trivy passes it over', `${id} ${expiry}`);
  }
  const beside = wordsOf(fields.filter((field) => field !== expiry).join(' '));
  const reason = beside === '' ? above : beside;
  return { line, vulnerability: id, reason, ...(last === undefined ? {} : { last }) };
}

/** Whether a name has no sign that would make a pattern of it. */
export function isFlawName(text: string): boolean {
  return /^[A-Za-z][\w.:+-]{2,127}$/.test(text);
}

function wordsOf(comment: string): string {
  return comment.replace(/^[#\s]+/, '').trim();
}

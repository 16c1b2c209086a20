/** The text without the characters of `blanks` at its ends, in time linear in its length. */
export function trimBlanks(text: string, blanks: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && blanks.includes(text.charAt(from))) from++;
  while (from < to && blanks.includes(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

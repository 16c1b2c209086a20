import { thousands } from '../internal/terminal-figures.ts';
import { type Span, span } from '../internal/terminal-layout.ts';

/** More than these are counted: a server that is down fails a hundred feeds in the same words. */
const NAMED = 3;

/** The first few addresses, and how many more there are; with `all` each of them. */
export function addressSpans(urls: readonly string[], all = false): Span[] {
  const more = all ? 0 : urls.length - NAMED;
  const rest = more > 0 ? [span(`and ${thousands(more)} more (--verbose names them)`, 'quiet')] : [];
  return [...(all ? urls : urls.slice(0, NAMED)).map((url) => span(url, 'quiet')), ...rest];
}

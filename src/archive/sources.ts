// sources.list(5), "deb822-style format": stanzas with Types, URIs, Suites, Components, and options such as Enabled,
// Architectures, Signed-By, Trusted.
import { parseStanzas, words } from './deb822.ts';
import type { Place, Sink } from './source-parts.ts';
import { anyKey, badSource, signedByOf, spread, truthOf } from './source-parts.ts';

/** Reads a `.sources` file; disabled stanzas and sources of source packages are passed over. */
export function parseSources(text: string, place: Place, sink: Sink): void {
  for (const { line, fields, faulty } of parseStanzas(text)) {
    if (truthOf(fields.get('enabled')) === false) continue;
    const types = words(fields.get('types'));
    const [uris, suites] = [words(fields.get('uris')), words(fields.get('suites'))];
    if (faulty || types.length === 0 || uris.length === 0 || suites.length === 0) {
      sink.tell(badSource('a stanza of the apt sources cannot be read', place, line));
      continue;
    }
    if (!types.includes('deb')) continue;
    const signedBy = fields.get('signed-by');
    const trusted = truthOf(fields.get('trusted'));
    const entry = {
      line,
      uris,
      suites,
      components: words(fields.get('components')),
      architectures: words(fields.get('architectures')),
      signedBy: signedBy === undefined ? anyKey : signedByOf(signedBy),
      ...(trusted !== undefined && { trusted }),
    };
    spread(entry, place, sink);
  }
}

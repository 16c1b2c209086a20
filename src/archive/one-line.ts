// sources.list(5), "one-line-style format":
//
//   line    = type [ "[" option *( SP option ) "]" ] uri suite *component [ "#" comment ]
//   type    = "deb" / "deb-src"
//   option  = name ( "=" / "+=" / "-=" ) value *( "," value )
import type { Entry, Place, Sink } from './source-parts.ts';
import { anyKey, badSource, signedByOf, spread, truthOf } from './source-parts.ts';

const LINE = /^(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)((?:\s+\S+)*)$/;

/** Reads a `.list` file; sources of source packages are passed over. */
export function parseOneLine(text: string, place: Place, sink: Sink): void {
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const content = raw.replace(/#.*$/, '').trim();
    if (content === '') continue;
    const [, type, options = '', uri = '', suite = '', components = ''] = LINE.exec(content) ?? [];
    if (type === undefined) sink.tell(badSource('a line of the apt sources cannot be read', place, line));
    else if (type === 'deb') {
      const entry = { line, uris: [uri], suites: [suite], components: components.split(/\s+/).filter(Boolean) };
      spread({ ...entry, ...optionsOf(options) }, place, sink);
    }
  }
}

function optionsOf(text: string): Pick<Entry, 'architectures' | 'signedBy' | 'trusted'> {
  const values = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/([\w-]+)=(\S*)/g)) values.set(name.toLowerCase(), value);
  const signedBy = values.get('signed-by');
  const trusted = truthOf(values.get('trusted'));
  return {
    architectures: (values.get('arch') ?? '').split(',').filter(Boolean),
    signedBy: signedBy === undefined ? anyKey : signedByOf(signedBy),
    ...(trusted !== undefined && { trusted }),
  };
}

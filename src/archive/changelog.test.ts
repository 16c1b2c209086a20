import { expect, it } from 'vitest';
import { parseChangelog } from './changelog.ts';
import { entryText } from './testdata/fake-archive.ts';

it('reads entries in their order', () => {
  const text = entryText('x', '2:1.0-2+b1', ['  * b']) + entryText('x', '1.0-1', ['  * a', '    more']);
  expect(parseChangelog(text)).toEqual([
    { source: 'x', version: '2:1.0-2+b1', rebuild: false, lines: ['', '  * b', ''] },
    { source: 'x', version: '1.0-1', rebuild: false, lines: ['', '  * a', '    more', ''] },
  ]);
});

it.each<[string, string, string[]]>([
  ['several distributions', 'x (1) unstable experimental; urgency=low\n\n  * a\n', ['1']],
  ['a rebuild', 'x (1+b1) sid; urgency=low, binary-only=yes\n\n  * Rebuild\n', ['1+b1']],
  ['capital letters and dots', 'Lib.X-1+ (1) unstable; urgency=low\n', ['1']],
  ['no distribution', 'x (1); urgency=low\n', []],
  ['a heading that is indented', '  x (1) unstable; urgency=low\n', []],
  ['a version with a blank', 'x (1 2) unstable; urgency=low\n', []],
  ['an upstream changelog', 'Version 1.0\n===========\n* x (1) a; b\n', []],
  ['a page', '<html>\n<body>x (1) unstable; urgency=low</body>\n', []],
  ['nothing', '', []],
  ['Windows line ends', 'x (1) unstable; urgency=low\r\n\r\n  * a\r\n', ['1']],
])('%s', (_, text, versions) => {
  expect(parseChangelog(text).map(({ version }) => version)).toEqual(versions);
});

it('leaves out what stands between entries, comments and lines of editors', () => {
  const text = `${entryText('x', '2', ['  * b'])}stray CVE-2026-1\n# CVE-2026-2\n${entryText('x', '1', ['  * a', '# CVE-2026-3'])}vim: et\n  CVE-2026-4\n`;
  expect(JSON.stringify(parseChangelog(text))).not.toContain('CVE');
});

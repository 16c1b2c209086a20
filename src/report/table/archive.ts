import type { ArchiveUse } from '../../finding/finding.ts';
import { count, day } from '../../internal/terminal-figures.ts';
import { flow, type Line, span } from '../../internal/terminal-layout.ts';

const under = { first: 2, rest: 4 };

const trustWords: Readonly<Record<ArchiveUse['suites'][number]['trust'], string>> = {
  pinned: "signed by the distribution's key",
  keyring: 'signed by a key that this machine trusts',
  image: 'signed by a key that only the image has',
  unverified: 'NOT VERIFIED',
};

/** What a distribution's archive has now, how far it may be believed, and what of it could not be had. */
export function archiveLines(use: ArchiveUse | undefined, width: number, verbose: boolean): Line[] {
  if (use === undefined) return [];
  const { suites, asked, upgradable, closed, problems } = use;
  const head = `${upgradable} of ${count(asked, 'package')} can be upgraded now, which closes ${count(closed, 'flaw')} by their changelogs`;
  return [
    ...flow([span('Archive:', 'title'), span(head, upgradable > 0 ? 'good' : undefined)], width, { first: 0, rest: 2 }),
    ...suites.flatMap(({ name, uri, date, trust, signedBy }) => [
      ...flow(
        [
          span(`${name} of ${day(date)}, ${trustWords[trust]}`, trust === 'unverified' ? 'warn' : undefined),
          span(uri, 'quiet'),
        ],
        width,
        under,
      ),
      ...(verbose ? signedBy.flatMap((key) => flow([span(key, 'quiet')], width, { first: 4, rest: 6 })) : []),
    ]),
    ...problems.flatMap(({ message, subject, detail, next }) => {
      const what = [message, subject, detail].filter((text) => text !== undefined).join(': ');
      return [
        ...flow([span(what, 'warn')], width, under),
        ...flow([span(next, 'quiet')], width, { first: 4, rest: 6 }),
      ];
    }),
  ];
}

/** Where package managers are told to take packages from, which tells rolling branches from releases. */
export interface Repositories {
  /** Branches of Alpine's `main` repositories: `edge`, `v3.20`. */
  readonly alpine: readonly string[];
  /** Branches of Alpine's other repositories (`community`, `testing`). */
  readonly alpineOther: readonly string[];
  /** Debian suites: `bookworm`, `sid`. */
  readonly debian: readonly string[];
}

/** Paths without leading slash, Alpine's first. */
export const repositoryFiles: readonly string[] = [
  'etc/apk/repositories',
  'etc/apt/sources.list',
  'etc/apt/sources.list.d/debian.sources',
];

/** Reads repositories of apk (apk-repositories(5)) and of apt (sources.list(5), both styles). */
export function readRepositories(text: (path: string) => string | undefined): Repositories {
  const alpine: string[] = [];
  const alpineOther: string[] = [];
  for (const line of linesOf(text('etc/apk/repositories'))) {
    // A tagged repository (`@edge https://…`) gives only what is asked for by its tag.
    const match = /^[^@\s]\S*\/([^/\s]+)\/([^/\s]+)\/?$/.exec(line);
    if (match?.[1] && match[2]) {
      (match[2] === 'main' ? alpine : alpineOther).push(match[1]);
    }
  }
  const oneLine = linesOf(text('etc/apt/sources.list')).flatMap(
    (line) => /^deb\s+(?:\[[^\]]*\]\s*)?\S+\s+(\S+)/.exec(line)?.[1] ?? [],
  );
  const deb822 = linesOf(text('etc/apt/sources.list.d/debian.sources')).flatMap(
    (line) => /^Suites:(.*)$/i.exec(line)?.[1]?.trim().split(/\s+/) ?? [],
  );
  return { alpine, alpineOther, debian: [...oneLine, ...deb822] };
}

function linesOf(text: string | undefined): string[] {
  return (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

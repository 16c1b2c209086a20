/** What the name of an archive tells: `netty-transport-native-epoll-4.1.94.Final-linux-x86_64.jar`. */
export interface FileName {
  readonly artifact: string;
  /** Empty where the name has none. */
  readonly version: string;
  readonly classifier: string;
}

/** Classifiers that are met without a descriptor that tells where the version ends. */
const classifiers =
  /[-.](?:(?:test-)?sources|javadoc|tests?|shaded|all|uber|standalone|exec|executable|boot|plain|runner|native|min|bin|with-dependencies|jar-with-dependencies|no_aop|nodep|(?:natives?-)?(?:linux|osx|windows|macos)[\w-]*|jakarta|hadoop\d?|noguava|no-deps|lite)$/i;

/** Words within a version: behind others, a number begins the version of an artifact with a number in its name. */
const qualifiers =
  /^(?:alpha|beta|rc|cr|m|milestone|pre|preview|snapshot|b|build|jre|jdk|android|sp|ga|final|incubating|ea|dev|p|r|rev|release|redhat|hadoop|groovy|scala|spark|java|jvm|jakarta|empty)$/i;

/**
 * artifact "-" version ["-" classifier]: the version begins at the first part that begins with a digit, but for numbers
 * in artifacts (`log4j-1.2-api-2.17.1`); where one of the `stated` versions is there, it is that.
 */
export function readFileName(path: string, stated: readonly string[] = []): FileName {
  const stem = stemOf(path).slice(0, 300);
  for (const version of stated) {
    const at = stem.indexOf(`-${version}`);
    const rest = stem.slice(at + version.length + 1);
    if (at > 0 && (rest === '' || /^-(?!.*-\d)/.test(rest)) && version !== '')
      return { artifact: stem.slice(0, at), version, classifier: rest.slice(1) };
  }
  // Eclipse's bundles: `com.google.guava_30.1.0.v20210127-2300`.
  const bundle = /^([^_]+(?:\.[^_]+)+)_(\d+\.\d+\.\d+.*)$/.exec(stem);
  const [, name = stem, rest = ''] =
    bundle ?? /^(.+?)-(v?\d[\w.+-]*)$/.exec(stem) ?? /^(.+)_(v?\d[\w.+-]*)$/.exec(stem) ?? [];
  if (rest === '') return { artifact: name, version: '', classifier: '' };
  const [, number = '', word = '', later = ''] = /^(\d[\d.]*)-([a-z]+)-(\d.*)$/i.exec(rest) ?? [];
  if (later !== '' && !qualifiers.test(word)) return { artifact: `${name}-${number}-${word}`, ...split(later) };
  return { artifact: name, ...split(rest) };
}

function split(rest: string): { version: string; classifier: string } {
  const classifier = classifiers.exec(rest)?.[0] ?? '';
  return {
    version: rest.slice(0, rest.length - classifier.length).replace(/^v(?=\d)/, ''),
    classifier: classifier.slice(1),
  };
}

/** The last part of a path without what tells its format. */
export function stemOf(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('!')) + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** Folders that a repository in Maven's layout lies in. */
const repositories: ReadonlySet<string> = new Set(['repository', 'maven-repo', 'maven2', 'repo', 'system', 'm2']);

/**
 * Coordinates told by a repository's layout: Maven's (`repository/org/slf4j/slf4j-api/2.0.13/slf4j-api-2.0.13.jar`) or
 * that of Gradle's cache (`files-2.1/org.slf4j/slf4j-api/2.0.13/<digest>/slf4j-api-2.0.13.jar`).
 */
export function readRepositoryPath(path: string): { group: string; artifact: string; version: string } | undefined {
  const parts = path.split('/');
  const stem = stemOf(path);
  const gradle = parts.lastIndexOf('files-2.1');
  if (gradle >= 0 && parts.length === gradle + 6) {
    const [group = '', artifact = '', version = ''] = parts.slice(gradle + 1);
    return stem.startsWith(`${artifact}-${version}`) ? { group, artifact, version } : undefined;
  }
  const [artifact = '', version = ''] = parts.slice(-3, -1);
  if (version === '' || !(stem === `${artifact}-${version}` || stem.startsWith(`${artifact}-${version}-`)))
    return undefined;
  const groups = parts.slice(0, -3);
  const root = groups.findLastIndex((part) => repositories.has(part));
  return root < 0 || root === groups.length - 1
    ? undefined
    : { group: groups.slice(root + 1).join('.'), artifact, version };
}

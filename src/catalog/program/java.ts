// release = *( key "=" DQUOTE value DQUOTE LF )       the file at the root of a Java run-time image (JEP 220), as
//                                                     `java.util.Properties` but quoted; JDK 8 has it too
import names from './java.json' with { type: 'json' };

/** A Java run-time as its `release` file tells. */
export interface JavaRuntime {
  /** That of the build: `temurin`; `openjdk` where nobody is named. */
  readonly name: string;
  /** `17.0.9`, `1.8.0_392`. */
  readonly version: string;
}

interface Build {
  readonly implementor: string;
  readonly name: string;
  readonly knownAs: readonly string[];
}

const builds: readonly Build[] = names.builds;
const shape = /^\d{1,3}(?:\.\d{1,4}){0,5}(?:_\d{1,4})?(?:-[\w.]{1,30})?$/;

/** Reads a `release` file; `undefined` where it is not Java's, `damaged` where the version is none. */
export function readJavaRelease(text: string): JavaRuntime | 'damaged' | undefined {
  const version = valueOf(text, 'JAVA_VERSION');
  if (version === undefined) return text.includes('JAVA_VERSION') ? 'damaged' : undefined;
  const implementor = valueOf(text, 'IMPLEMENTOR') ?? '';
  if (!shape.test(version)) return 'damaged';
  const graal = valueOf(text, 'GRAALVM_VERSION') === undefined ? implementor : 'GraalVM';
  return { name: buildBy(graal)?.name ?? names.other, version };
}

/** By which names of CPE advisories speak of a build: those of Oracle's own, from which all others are made, too. */
export function javaNames(name: string): readonly string[] {
  return [...names.all, ...(builds.find((build) => build.name === name)?.knownAs ?? [])];
}

function buildBy(implementor: string): Build | undefined {
  return builds.find((build) => implementor.includes(build.implementor));
}

function valueOf(text: string, key: string): string | undefined {
  return new RegExp(`^${key}="([^"\\r\\n]{1,100})"\\r?$`, 'm').exec(text)?.[1];
}

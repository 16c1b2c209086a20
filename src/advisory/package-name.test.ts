import { expect, it } from 'vitest';
import { packageNameKey } from './package-name.ts';

it.each([
  ['PyPI', 'Flask_SQLAlchemy', 'flask-sqlalchemy'],
  ['PyPI', 'zope..interface', 'zope-interface'],
  ['NuGet', 'Newtonsoft.Json', 'newtonsoft.json'],
  ['Packagist', 'Symfony/Http-Kernel', 'symfony/http-kernel'],
  ['npm', 'JSONStream', 'JSONStream'],
  ['Go', 'github.com/Masterminds/goutils', 'github.com/Masterminds/goutils'],
  ['Maven', 'org.Foo:Bar', 'org.Foo:Bar'],
  ['Debian:12', 'Bash', 'Bash'],
])('%s: %s is kept as %s', (ecosystem, name, key) => {
  expect(packageNameKey(ecosystem, name)).toBe(key);
});

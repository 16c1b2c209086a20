import { describe, expect, it } from 'vitest';
import type { GoImport } from '../advisory/advisory.ts';
import { type CodePresence, codePresence, type GoCode, goPackageOf } from './go-imports.ts';

const code = (packages: readonly string[], more: Partial<GoCode> = {}): GoCode => {
  return { packages: new Set(packages), isWhole: true, ...more };
};
const gin: readonly GoImport[] = [{ path: 'github.com/gin-gonic/gin', symbols: ['Logger'] }];
const several: readonly GoImport[] = [
  { path: 'path/filepath', symbols: ['Clean'] },
  { path: 'internal/safefilepath', symbols: [] },
];

describe('whether the code of a flaw is in a program', () => {
  it.each<[string, readonly GoImport[] | undefined, GoCode | undefined, CodePresence]>([
    ['the package is there', gin, code(['main', 'runtime', 'github.com/gin-gonic/gin']), 'present'],
    ['one of several is', several, code(['main', 'runtime', 'internal/safefilepath']), 'present'],
    ['none is', several, code(['main', 'runtime', 'net/http']), 'absent'],
    ['only a package below it is', gin, code(['main', 'github.com/gin-gonic/gin/binding']), 'absent'],
    ['only one with a longer name is', gin, code(['main', 'github.com/gin-gonic/gin2']), 'absent'],
    ['the program is the package', [{ path: 'cmd/go', symbols: [] }], code(['main'], { main: 'cmd/go' }), 'present'],
    ['the record names no package', undefined, code(['main']), 'unknown'],
    ['the record has an empty list', [], code(['main']), 'unknown'],
    ['only its modules are known', gin, undefined, 'unknown'],
    ['the table ends too early', gin, code(['main', 'runtime'], { isWhole: false }), 'unknown'],
    [
      'the table ends too early, behind the package',
      gin,
      code(['github.com/gin-gonic/gin'], { isWhole: false }),
      'present',
    ],
    ['the table is empty', gin, code([]), 'unknown'],
  ])('when %s', (_, imports, found, expected) => {
    expect(codePresence(imports, found)).toBe(expected);
  });
});

describe('the package of a function', () => {
  it.each<[string, string | undefined]>([
    ['main.main', 'main'],
    ['runtime.mallocgc', 'runtime'],
    ['net/http.(*Server).Serve', 'net/http'],
    ['net/http.(*Server).Serve.func1', 'net/http'],
    ['encoding/json.Marshal', 'encoding/json'],
    ['gopkg.in/yaml%2ev3.Unmarshal', 'gopkg.in/yaml.v3'],
    ['github.com/redis/go-redis/v9.(*baseClient).initConn', 'github.com/redis/go-redis/v9'],
    ['vendor/golang.org/x/net/http/httpguts.ValidHeaderFieldName', 'vendor/golang.org/x/net/http/httpguts'],
    ['slices.SortFunc[go.shape.[]github.com/x/y.T,go.shape.struct {}]', 'slices'],
    ['example.com/a%22b.F', 'example.com/a"b'],
    ['sync/atomic.(*Pointer[...]).Load', 'sync/atomic'],
    ['type:.eq.net/http.Header', undefined],
    ['type..eq.[2]string', undefined],
    ['go:buildid', undefined],
    ['go.buildid', undefined],
    ['_cgo_topofstack', undefined],
    ['x_cgo_init', undefined],
    ['', undefined],
    ['.', undefined],
  ])('%s', (name, expected) => {
    expect(goPackageOf(name)).toBe(expected);
  });
});

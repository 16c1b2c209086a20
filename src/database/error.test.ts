import { expect, it } from 'vitest';
import { asDatabaseError, DatabaseError } from './error.ts';

it.each([
  [{ code: 'ENOSPC' }, 'disk-full'],
  [{ code: 'EDQUOT' }, 'disk-full'],
  [{ code: 'ERR_SQLITE_ERROR', errcode: 13 }, 'disk-full'],
  [{ code: 'ERR_SQLITE_ERROR', errcode: 11 }, 'corrupt'],
  [{ code: 'ERR_SQLITE_ERROR', errcode: 522 }, 'corrupt'],
  [{ code: 'ERR_SQLITE_ERROR', errcode: 26 }, 'corrupt'],
  [{ code: 'ENOENT' }, 'no-database'],
  [{ code: 'EACCES' }, 'unwritable'],
  [{ code: 'EROFS' }, 'unwritable'],
  [{ code: 'EIO' }, 'unwritable'],
  [{ code: 'ERR_SQLITE_ERROR', errcode: 8 }, 'unwritable'],
  [{ code: 'ERR_SQLITE_ERROR', errcode: 14 }, 'unwritable'],
  [{ code: 'ERR_SQLITE_ERROR', errcode: 10 }, 'corrupt'],
  [{}, 'corrupt'],
])('%j becomes %s', (fields, code) => {
  const cause = Object.assign(new Error('why'), fields);
  expect(asDatabaseError(cause, 'x')).toMatchObject({ code, subject: 'x', detail: 'why', cause });
});

it('leaves its own kind alone', () => {
  const error = new DatabaseError('locked', 'words');
  expect(asDatabaseError(error, 'x')).toBe(error);
});

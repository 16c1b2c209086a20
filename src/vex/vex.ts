export { readVex } from './read.ts';
export { settle, type VexAnswer } from './settle.ts';
export { type VexDocument, VexError } from './statement.ts';

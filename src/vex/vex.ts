export { type NamedImage, namedImage } from './image-name.ts';
export { mostVexBytes, readVex } from './read.ts';
export { packageKey } from './same.ts';
export { settle, settles, type VexAnswer } from './settle.ts';
export { type VexDocument, VexError } from './statement.ts';

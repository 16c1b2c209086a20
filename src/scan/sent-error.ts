import { EngineError, type EngineErrorCode } from '../engine/engine.ts';
import { ImageError, type ImageErrorCode } from '../image/image.ts';
import { RegistryError, type RegistryErrorCode } from '../registry/registry.ts';

/** An error as it is handed between threads, where classes are lost. */
export interface SentError {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  readonly detail: string | undefined;
}

/** Takes apart what was thrown. */
export function sent(error: unknown): SentError {
  if (error instanceof ImageError || error instanceof RegistryError || error instanceof EngineError) {
    const { name, code, message, detail } = error;
    return { name, code, message, detail };
  }
  return {
    name: '',
    code: undefined,
    message: error instanceof Error ? error.message : String(error),
    detail: undefined,
  };
}

/** Puts it together again. */
export function thrown({ name, code, message, detail }: SentError): Error {
  if (name === 'ImageError') return new ImageError(code as ImageErrorCode, message, detail);
  if (name === 'RegistryError') return new RegistryError(code as RegistryErrorCode, message, detail);
  if (name === 'EngineError') return new EngineError(code as EngineErrorCode, message, detail);
  return new Error(message);
}

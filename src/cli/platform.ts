import type { Platform } from '../image/image.ts';
import { CliError } from './cli-error.ts';

/** Reads `--platform OS/ARCH[/VARIANT]`. Throws `CliError` (`usage`). */
export function platformOption(text: string): Platform {
  const [os, architecture, variant, ...more] = text.split('/');
  if (!os || !architecture || variant === '' || more.length > 0) {
    throw new CliError('usage', 'a platform is written OS/ARCH[/VARIANT], for example linux/arm64', text);
  }
  return variant === undefined ? { os, architecture } : { os, architecture, variant };
}

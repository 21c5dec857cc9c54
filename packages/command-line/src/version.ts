/** Which version a program is. */
import { readFileSync } from 'node:fs';

/** The version in the program's package.json: `main` is the URL of its main module, one folder below. */
export function readVersion(main: string): string {
  const content: unknown = JSON.parse(readFileSync(new URL('../package.json', main), 'utf8'));
  const version = typeof content === 'object' && content !== null && 'version' in content ? content.version : undefined;
  if (typeof version !== 'string') throw new Error('package.json names no version');
  return version;
}

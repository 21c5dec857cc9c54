/** Hooks of Node's loader (https://nodejs.org/docs/latest-v20.x/api/module.html#hooks), in a thread of their own. */
import type { LoadHook } from 'node:module';
import type { Replacement } from './replacement.js';

let replacements: readonly Replacement[] = [];

export function initialize(data: readonly Replacement[]): void {
  replacements = data;
}

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  const mine = replacements.filter((each) => each.url === url);
  if (mine.length === 0) return loaded;
  let source = Buffer.from(loaded.source as Uint8Array).toString('utf8');
  for (const { is, instead } of mine) source = source.replace(is, () => instead);
  return { ...loaded, source };
};

/** Looks for secrets where they have no business: in files and texts, in every way in which they may be written. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Raw, hexadecimal, and base64 at each of the places that it may have in something longer. */
export function waysToWrite(secret: Uint8Array): Buffer[] {
  const raw = Buffer.from(secret);
  const hex = raw.toString('hex');
  const base64 = [0, 1, 2].map((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), raw]).toString('base64');
    // What the neighbours have a part in is left away.
    return shifted.slice(shift === 0 ? 0 : shift + 1, raw.length % 3 === 0 && shift === 0 ? undefined : -4);
  });
  const texts = [
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [raw, ...new Set(texts)].map((text) => Buffer.from(text));
}

/** Regular files at any depth, as paths from `directory` on. */
export async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((path) => relative(directory, path)).sort();
}

/** Which of these, by name, hold one of the secrets. */
export function holdersOf(secrets: readonly Uint8Array[], named: ReadonlyMap<string, Uint8Array>): string[] {
  const ways = secrets.flatMap(waysToWrite);
  return [...named]
    .filter(([, content]) => ways.some((way) => Buffer.from(content).includes(way)))
    .map(([name]) => name);
}

/** The contents of all files below a directory, by their paths from there on. */
export async function contentsBelow(directory: string): Promise<Map<string, Buffer>> {
  const paths = await filesBelow(directory);
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(join(directory, path))] as const)));
}

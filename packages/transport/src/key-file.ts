/** The file in which all keys of a cluster lie: read, made, and put in the place of the one before in one step. */
import { replaceFile } from './atomic-file.js';
import { type Identity, identitiesOf } from './identity.js';
import { type DatedKey, formatKeyHistory, type KeyHistory, parseKeyHistory } from './key-history.js';
import { damagedFile, keyFileKind, readPrivateFile, type UnusableFile } from './private-file.js';
import { newPrivateKeyPem } from './private-key.js';

export type LoadedKeys =
  | { readonly ok: true; readonly history: KeyHistory; readonly created: boolean }
  /** A sentence for a person: a key that others can read, a damaged file, no permission. */
  | UnusableFile;

/** The keys in the file at `path` (mode 0600). */
export function loadKeyFile(path: string): Promise<LoadedKeys> {
  return load(path, undefined);
}

/** The same; made with a first key where there is no file. Processes that start together end with the same key. */
export function loadOrCreateKeyFile(path: string): Promise<LoadedKeys> {
  return load(path, newPrivateKeyPem);
}

/** Puts the file into the place of the one that is there, as a whole or not at all. Throws the system's errors. */
export function replaceKeyFile(path: string, history: KeyHistory): Promise<void> {
  return replaceFile(path, formatKeyHistory(history));
}

/** Who shows these keys, in the same order. Certificates are kept beside the file, as `<name>.crt` for `<name>.key`. */
export function identitiesIn({ keys }: KeyHistory, path: string): Promise<Identity[]> {
  return identitiesOf(
    keys.map(({ privateKeyPem }) => privateKeyPem),
    path,
  );
}

async function load(path: string, content: (() => string) | undefined): Promise<LoadedKeys> {
  const file = await readPrivateFile(path, keyFileKind, content);
  if (!file.ok) return file;
  const history = parseKeyHistory(file.text);
  return history === undefined ? damagedFile(path, keyFileKind) : { ok: true, history, created: file.created };
}

/** A new key that takes the place of those before it at `since`, ms. */
export function newDatedKey(since: number): DatedKey {
  const made = parseKeyHistory(newPrivateKeyPem())?.keys[0];
  if (made === undefined) throw new Error('a new key can be read');
  return { ...made, since };
}

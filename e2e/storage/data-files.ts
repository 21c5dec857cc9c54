/** The files of a tracker's data directory, found, damaged and put back as only a test or a bad disk does. */
import { cp, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';

/** `<generation>.journal.<segment>.log` and `<generation>.folded.<number>.log`. */
type Kind = 'journal' | 'folded';

const FILE_NAME = /^(\d+)\.(journal|folded)\.(\d+)\.log$/;
/** Every record begins with the same bytes: these many, as the file itself does. */
const MAGIC_BYTES = 4;

/** The newest file of a kind. */
export async function newestFile(directory: string, kind: Kind): Promise<string> {
  const found = (await readdir(directory))
    .map((name) => FILE_NAME.exec(name))
    .filter((match) => match !== null)
    .filter((match) => match[2] === kind)
    .sort((a, b) => Number(a[1]) - Number(b[1]) || Number(a[3]) - Number(b[3]));
  const newest = found.at(-1);
  if (newest === undefined) throw new Error(`no ${kind} in ${directory}: ${(await readdir(directory)).join(', ')}`);
  return join(directory, newest[0]);
}

/** Where the records of a file begin. */
export async function recordOffsets(path: string): Promise<number[]> {
  const bytes = await readFile(path);
  const magic = bytes.subarray(0, MAGIC_BYTES);
  const offsets: number[] = [];
  for (let at = 0; at !== -1; at = bytes.indexOf(magic, at + 1)) offsets.push(at);
  return offsets;
}

/** Turns one bit of the byte at `offset` over. */
export async function flipBit(path: string, offset: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = new Uint8Array(1);
    await file.read(byte, 0, 1, offset);
    await file.write(
      byte.map((value) => value ^ 1),
      0,
      1,
      offset,
    );
  } finally {
    await file.close();
  }
}

/** Damages a record in the middle of a file; where that one begins. */
export async function damageMiddle(path: string): Promise<number> {
  const offsets = await recordOffsets(path);
  const middle = Math.floor(offsets.length / 2);
  const [begin, end] = [offsets[middle], offsets[middle + 1]];
  if (begin === undefined || end === undefined) throw new Error(`${path} has only ${offsets.length} records`);
  await flipBit(path, Math.floor((begin + end) / 2));
  return begin;
}

/** As if the machine had died in the middle of writing: the beginning of another record lies behind the last one. */
export async function appendHalfRecord(path: string): Promise<void> {
  const bytes = await readFile(path);
  const last = bytes.subarray((await recordOffsets(path)).at(-1));
  const file = await open(path, 'a');
  try {
    await file.write(last.subarray(0, Math.ceil(last.length / 2)));
  } finally {
    await file.close();
  }
}

/** Cuts the last bytes off. */
export async function cutOff(path: string, bytes: number): Promise<void> {
  const { length } = await readFile(path);
  await truncate(path, length - bytes);
}

/** Everything in `to` makes way for a copy of `from`. Nobody may be running there. */
export async function replaceDirectory(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true });
}

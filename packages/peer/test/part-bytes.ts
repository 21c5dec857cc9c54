/** Puts bytes into the part file of a directory, as the threads do that keep pieces. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export async function putIntoPart(directory: string, offset: number, bytes: Uint8Array): Promise<void> {
  const name = (await readdir(directory)).find((each) => each.endsWith('.p2p-part'));
  if (name === undefined) throw new Error('there is no part file');
  const file = await open(join(directory, name), 'r+');
  await file.write(bytes, 0, bytes.length, offset);
  await file.close();
}

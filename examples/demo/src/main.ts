/**
 * The whole of it in one go: two trackers, three clients, a large file, and the tracker in use killed in the middle.
 * Everything lives in a temporary folder and on free ports of this machine, and is gone afterwards.
 */
import { copyFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { absolutePath, placeOf } from '@p2p/command-line';
import { Cluster, sha256OfFile, writeTestFile } from '@p2p/harness';
import { Account } from './account.js';
import { runDemo } from './demo.js';

const MIB = 1024 * 1024;
const DEFAULT_FILE_BYTES = 256 * MIB;

const account = new Account((text) => process.stdout.write(text));
const cluster = await Cluster.create(2);
process.once('SIGINT', () => void leave(130));
process.once('SIGTERM', () => void leave(143));

async function leave(exitCode: number): Promise<never> {
  await cluster.stop();
  process.exit(exitCode);
}

/** The file to move: the one that was named, copied beside the demo's own, or a fresh one. */
async function prepareFile(): Promise<{ path: string; bytes: number; digest: string }> {
  const [named] = process.argv.slice(2).filter((word) => word !== '--');
  const folder = await cluster.folder('anna');
  if (named === undefined) {
    const path = join(folder, 'film.mkv');
    await account.part(`make a file of ${DEFAULT_FILE_BYTES / MIB} MiB`, () => writeTestFile(path, DEFAULT_FILE_BYTES));
    return { path, bytes: DEFAULT_FILE_BYTES, digest: await sha256OfFile(path) };
  }
  const source = absolutePath(placeOf(process.env, process.cwd(), homedir()), named);
  const path = join(folder, basename(source));
  await account.part(`copy ${source}`, () => copyFile(source, path));
  return { path, bytes: (await stat(path)).size, digest: await sha256OfFile(path) };
}

try {
  account.say('Peer-to-peer file sharing in groups: two trackers, three clients, everything on this machine.');
  await runDemo(cluster, await prepareFile(), account);
  await leave(0);
} catch (error) {
  account.say(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  await leave(1);
}

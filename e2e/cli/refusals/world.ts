/** The people, the group and the files that the refusal tables speak of. No refused command changes anything in it. */
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, Cluster, registered } from '@p2p/harness';
import type { Person } from './refusal-case.js';

export interface World {
  readonly cluster: Cluster;
  readonly people: Readonly<Record<Person, ClientProgram>>;
}

export async function makeWorld(): Promise<World> {
  const cluster = await Cluster.start(2);
  const [ana, ben, cleo, dora] = await Promise.all([
    registered(cluster, 'ana'),
    // Nobody shall give up on a download while the tables run.
    registered(cluster, 'ben', ['--give-up', '100000']),
    registered(cluster, 'cleo'),
    registered(cluster, 'dora'),
  ]);
  await makeFiles(cluster);
  await ana.succeed('create_group films');
  await ben.succeed('join_group films');
  await ana.succeed('accept_request films ben');
  await dora.succeed('join_group films');
  await ana.succeed('upload_file clip.bin films');
  await ben.succeed('upload_file notes.txt films');
  await ana.succeed('upload_file ghost.bin films');
  await ana.succeed('stop_share films ghost.bin');
  await ben.succeed('download_file films ghost.bin ghost-copy.bin');
  return { cluster, people: { ana, ben, cleo, dora, stranger: cluster.client([], 'stranger') } };
}

async function makeFiles(cluster: Cluster): Promise<void> {
  const put = (name: string) => writeFile(join(cluster.directory, name), `this is ${name}`);
  await Promise.all(['clip.bin', 'notes.txt', 'ghost.bin', 'there.bin'].map(put));
  await Promise.all([cluster.folder('folder'), cluster.folder('full')]);
  await put('full/clip.bin');
  await symlink('nowhere', join(cluster.directory, 'dangling'));
}

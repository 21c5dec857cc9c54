/** A seeder with many downloaders all but one of which take nothing: what that costs it, and the one. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { passwordOf } from '@p2p/harness';
import { type ReplyTo, TOKEN_BYTES } from '@p2p/protocol';
import { type Identity, loadOrCreateIdentity } from '@p2p/transport';
import { FILE, GROUP, OwnCrew } from '../contenders/own-clients.js';
import { TrackerClient } from '../load/tracker-client.js';
import { type Figure, under } from '../report/figures.js';
import { measure, onScene, type Reading, type Stage } from './round.js';
import { Staller } from './staller.js';

const USER = 'staller';
const MEGABYTE = 1e6;
const WANTED_PEAK = 200;

export async function measureStalling(stage: Stage, count: number): Promise<Figure[]> {
  const { alone, among } = await onScene(stage, { seeders: 1, downloaders: 2 }, async (scene) => {
    const crew = await OwnCrew.gather(scene);
    try {
      const alone = await measure(crew, stage, [0]);
      // Else it would be a second seeder.
      await crew.kill(0);
      return { alone, among: await downloadAmong(crew, { stage, count, devices: join(scene.directory, 'stallers') }) };
    } finally {
      await crew.end();
    }
  });
  const name = `${count + 1} downloaders, ${count} stall`;
  return [
    { what: `${name}: the other one, alone`, value: alone.seconds, unit: 's' },
    { what: `${name}: the other one, among them`, value: among.seconds, unit: 's' },
    { what: `${name}: among them / alone`, value: among.seconds / alone.seconds, unit: '' },
    {
      what: `${name}: peak memory of the seeder`,
      value: among.seeding.peakBytes / MEGABYTE,
      unit: 'MB',
      wanted: under(WANTED_PEAK),
    },
  ];
}

interface Crowd {
  readonly stage: Stage;
  readonly count: number;
  /** Where their keys may lie. */
  readonly devices: string;
}

async function downloadAmong(crew: OwnCrew, { stage, count, devices }: Crowd): Promise<Reading> {
  const stallers: Staller[] = [];
  try {
    await mkdir(devices);
    await crew.owner.succeed(`create_user ${USER} ${passwordOf(USER)}`);
    for (let index = 0; index < count; index++) {
      const loaded = await loadOrCreateIdentity(join(devices, `${index}.key`));
      if (!loaded.ok) throw new Error(loaded.message);
      const swarm = await swarmFor(loaded.identity, crew);
      // Every second one takes from the wire what comes; the others fill what lies between.
      stallers.push(await Staller.begin(loaded.identity, swarm, index % 2 === 0));
    }
    return await measure(crew, stage, [1]);
  } finally {
    for (const staller of stallers) staller.close();
  }
}

/** Of one member on many devices, who is let in when the first one comes. */
async function swarmFor(identity: Identity, crew: OwnCrew): Promise<ReplyTo<'open_swarm'>> {
  const client = await TrackerClient.connect(identity, crew.trackerPort);
  try {
    const token = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
    await client.succeed({ type: 'login', user: USER, password: passwordOf(USER), token });
    const { members } = await crew.owner.succeed(`list_members ${GROUP}`);
    if (!members.some(({ user }: { user: string }) => user === USER)) {
      await client.succeed({ type: 'join_group', group: GROUP });
      await crew.owner.succeed(`accept_request ${GROUP} ${USER}`);
    }
    return (await client.succeed({ type: 'open_swarm', group: GROUP, file: FILE })) as ReplyTo<'open_swarm'>;
  } finally {
    client.close();
  }
}

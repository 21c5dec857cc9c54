/** What the demo does, step by step. Throws where something isn't as it should be. */
import { basename } from 'node:path';
import { type ClientProgram, type Cluster, sha256OfFile } from '@p2p/harness';
import type { Account } from './account.js';

const MIB = 1024 * 1024;
const PASSWORD = 'correct-horse-battery';

interface Shared {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the content. */
  readonly digest: string;
}

export async function runDemo(cluster: Cluster, file: Shared, account: Account): Promise<void> {
  const name = basename(file.path);
  account.say('\nTwo trackers and three people');
  await account.part('start both trackers', async () => {
    await Promise.all([cluster.startTracker(1), cluster.startTracker(2)]);
  });
  const [anna, ben, cleo] = await account.part('anna, ben and cleo make accounts and log in', () =>
    Promise.all([openClient(cluster, 'anna'), openClient(cluster, 'ben'), openClient(cluster, 'cleo')]),
  );
  account.say('\nA group');
  await account.part('anna founds "films", ben and cleo ask to join, anna accepts them', async () => {
    await anna.succeed('create_group films');
    for (const [person, client] of [
      ['ben', ben],
      ['cleo', cleo],
    ] as const) {
      await client.succeed('join_group films');
      await anna.succeed(`accept_request films ${person}`);
    }
  });
  account.say('\nA file');
  const { root } = await account.part(`anna shares ${name} (${(file.bytes / MIB).toFixed(1)} MiB)`, () =>
    anna.succeed(`upload_file ${quoted(file.path)} films`),
  );
  account.say(`  its content is named by its BitTorrent v2 root ${root}`);
  await account.part('ben and cleo download it; the tracker they all use is killed meanwhile', () =>
    downloadThroughAKill(cluster, { file, people: { ben, cleo }, account }),
  );
  account.say('\nAfterwards');
  await account.part('everybody is still logged in, on tracker 2, and works on', async () => {
    for (const client of [anna, ben, cleo]) expectEqual((await client.succeed('whoami')).tracker, 2, 'the tracker');
    await cleo.succeed('create_group dailies');
  });
  await account.part('tracker 1 is started again and catches up', async () => {
    await cluster.startTracker(1);
    await expectSameTrackers(anna, account);
  });
  for (const client of [ben, cleo, anna]) {
    client.endInput();
    expectEqual(await client.ended, 0, "a client's exit code");
  }
  account.say('\nDone: nothing was lost, and both trackers hold the same.');
}

/** A client of a person who has an account and is logged in. */
async function openClient(cluster: Cluster, person: string): Promise<ClientProgram> {
  const client = cluster.client([], person);
  await client.succeed(`create_user ${person} ${PASSWORD}`);
  await client.succeed(`login ${person} ${PASSWORD}`);
  return client;
}

async function downloadThroughAKill(
  cluster: Cluster,
  { file, people, account }: { file: Shared; people: Record<string, ClientProgram>; account: Account },
): Promise<void> {
  const name = basename(file.path);
  const paths = new Map<ClientProgram, string>();
  for (const [person, client] of Object.entries(people)) {
    const folder = await cluster.folder(person);
    const { path } = await client.succeed(`download_file films ${quoted(name)} ${quoted(`${folder}/`)}`);
    paths.set(client, path);
  }
  const first = [...paths.keys()][0] as ClientProgram;
  const under = await first.event(({ event, done = 0 }) => event === 'download' && (done > 0 || file.bytes === 0));
  await cluster.tracker(1).kill();
  const percent = file.bytes === 0 ? 100 : Math.round((100 * (under.done ?? 0)) / file.bytes);
  account.say(`  … kill -9 of tracker 1 when ${Object.keys(people)[0]} has ${percent} %`);
  for (const [client, path] of paths) {
    const end = await client.event(({ state }) => state === 'complete' || state === 'failed');
    if (end.state !== 'complete') throw new Error(`a download failed: ${JSON.stringify(end.error)}`);
    await client.event(({ event, number }) => event === 'tracker' && number === 2);
    expectEqual(await sha256OfFile(path), file.digest, `the content of ${path}`);
  }
}

/** Both trackers answer, and come to the same number of final operations and the same digest, which takes a moment. */
async function expectSameTrackers(client: ClientProgram, account: Account): Promise<void> {
  const { trackers } = await client.until(
    'trackers',
    ({ trackers: [first, second] }) => first.digest === second.digest,
  );
  const [one, two] = trackers;
  expectEqual(one.reachable && two.reachable, true, 'both reachable');
  expectEqual(one.operations, two.operations, 'the number of final operations');
  account.say(`  both trackers: ${one.operations} operations, digest ${String(one.digest).slice(0, 16)}…`);
}

function expectEqual(found: unknown, expected: unknown, what: string): void {
  if (found !== expected) throw new Error(`${what} should be ${String(expected)}, and is ${String(found)}`);
}

/** As a word of a command line. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

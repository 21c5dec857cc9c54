/**
 * The cluster's key is replaced while everybody goes on: trackers hand the new one to each other, clients follow from
 * one to the next, and whoever was away does so later. Two machines: each tracker has a folder with its own cluster.key.
 */
import { createPrivateKey } from 'node:crypto';
import { chmod, copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientProgram, Cluster, Program, registered } from '@p2p/harness';
import { parseKeyHistory } from '@p2p/transport';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentsBelow, holdersOf } from '../attacks/traces.js';

let cluster: Cluster;
let alice: ClientProgram;
let bob: ClientProgram;
/** Fingerprints of the cluster's key, one after the other. */
const fingerprints: string[] = [];
/** What is secret of every key that there has been. */
const seeds = new Map<string, Buffer>();

const machines = { 1: 'one', 2: 'two' } as const;
type Machine = keyof typeof machines;

const infoOn = (machine: Machine) => `${machines[machine]}/tracker_info.txt`;
const keyOn = (machine: Machine) => join(cluster.directory, machines[machine], 'cluster.key');
const textOf = (path: string) => readFile(path, 'utf8');
const start = (machine: Machine) => cluster.startTracker(machine, [], infoOn(machine));
const newest = () => fingerprints.at(-1) ?? '';

interface Ended {
  readonly exitCode: number | NodeJS.Signals;
  readonly output: readonly string[];
  readonly errors: readonly string[];
}

/** Runs a subcommand of the tracker to its end. */
async function tracker(line: string): Promise<Ended> {
  const program = cluster.own(new Program('tracker', { words: line.split(' '), directory: cluster.directory }));
  const exitCode = await program.bounded(program.ended, `"${line}"`);
  return { exitCode, output: program.output.lines, errors: program.errors.lines };
}

/** Replaces the key from a machine; what is said below the fingerprint. */
async function rotate(machine: Machine): Promise<readonly string[]> {
  const { exitCode, output, errors } = await tracker(`rotate-key ${infoOn(machine)}`);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
  const [first = '', ...notes] = output;
  expect(first).toMatch(/^fingerprint=sha256:[0-9a-f]{64}$/);
  fingerprints.push(first);
  await remember(machine);
  return notes;
}

/** Notes what is secret of the keys in a file: their seeds, which the last bytes of the PKCS8 form are (RFC 8410). */
async function remember(machine: Machine): Promise<void> {
  for (const { privateKeyPem } of parseKeyHistory(await textOf(keyOn(machine)))?.keys ?? []) {
    const seed = createPrivateKey(privateKeyPem).export({ type: 'pkcs8', format: 'der' }).subarray(-32);
    seeds.set(seed.toString('hex'), seed);
  }
}

/** Until both machines have the newest key, and the same file. */
async function handedOn(): Promise<void> {
  await expect.poll(async () => (await textOf(keyOn(2))) === (await textOf(keyOn(1)))).toBe(true);
  for (const machine of [1, 2] as const) {
    expect(await tracker(`fingerprint ${infoOn(machine)}`)).toEqual({ exitCode: 0, output: [newest()], errors: [] });
  }
}

/** What a client has pinned: the first line, and how many keys it has followed since. */
async function pinOf(user: string): Promise<{ first: string; followed: number }> {
  const [first = '', ...statements] = (await textOf(join(cluster.directory, 'clients', user, 'cluster-fingerprint')))
    .trim()
    .split('\n');
  return { first: `fingerprint=sha256:${first}`, followed: statements.length };
}

/** A client with a tracker_info.txt that names a fingerprint. */
async function clientWith(word: string, user: string): Promise<ClientProgram> {
  const lines = (await textOf(cluster.trackerInfo)).trim().split('\n');
  const info = `${user}_info.txt`;
  await writeFile(join(cluster.directory, info), lines.map((line) => `${line} ${word}\n`).join(''));
  return clientAt(info, user);
}

function clientAt(info: string, user: string): ClientProgram {
  const words = [info, '--data-dir', join('clients', user)];
  return cluster.own(new ClientProgram({ directory: cluster.directory, words }));
}

beforeAll(async () => {
  cluster = await Cluster.create();
  for (const folder of Object.values(machines)) {
    await copyFile(cluster.trackerInfo, join(await cluster.folder(folder), 'tracker_info.txt'));
  }
  await start(1);
  await copyFile(keyOn(1), keyOn(2));
  await start(2);
  await cluster.tracker(1).line((line) => line.includes('linked with tracker 2'));
  alice = await registered(cluster, 'alice');
  bob = await registered(cluster, 'bob', [`127.0.0.1:${cluster.port(2)}`]);
  const carol = await registered(cluster, 'carol');
  await carol.stop();
  await alice.succeed('create_group films');
  await bob.succeed('join_group films');
  await alice.succeed('accept_request films bob');
  await writeFile(join(cluster.directory, 'film'), 'of alice');
  await alice.succeed('upload_file film films');
});
afterAll(() => cluster.stop());

test('the fingerprint is one word, as it stands in tracker_info.txt', async () => {
  const { exitCode, output, errors } = await tracker(`fingerprint ${infoOn(1)}`);
  expect({ exitCode, errors, lines: output.length }).toEqual({ exitCode: 0, errors: [], lines: 1 });
  fingerprints.push(output[0] ?? '');
  const said = await cluster.tracker(1).line((line) => line.includes('fingerprint='));
  expect(said).toBe(`cluster ${newest()}`);
  expect(await tracker(`fingerprint ${infoOn(2)} --tracker 2`)).toEqual({ exitCode: 0, output, errors: [] });
});

describe('while both trackers run', () => {
  test('the new key is in use at both at once', async () => {
    expect(await rotate(1)).toEqual([expect.stringContaining('write it into tracker_info.txt')]);
    expect(fingerprints[1]).not.toBe(fingerprints[0]);
    for (const machine of [1, 2] as const) {
      await cluster.tracker(machine).line((line) => line.includes('new key') && line.includes(newest()));
    }
    await handedOn();
  });

  test('people stay logged in, and their clients have followed', async () => {
    const counters = await Promise.all([alice, bob].map((client) => client.printed));
    expect(await alice.succeed('whoami')).toEqual({ user: 'alice', tracker: 1 });
    expect(await bob.succeed('whoami')).toEqual({ user: 'bob', tracker: 2 });
    for (const [index, client] of [alice, bob].entries()) {
      expect(client.output.lines.slice(counters[index]).join()).not.toContain('"tracker","number"');
    }
    for (const user of ['alice', 'bob']) {
      await expect.poll(() => pinOf(user)).toEqual({ first: fingerprints[0], followed: 1 });
    }
  });

  test('files go from one to the other', async () => {
    await bob.succeed('download_file films film first-copy');
    await bob.succeed('wait');
    expect(await textOf(join(cluster.directory, 'first-copy'))).toBe('of alice');
  });

  test('everything is as before when both start again', async () => {
    await Promise.all([cluster.tracker(1).kill(), cluster.tracker(2).kill()]);
    await Promise.all([start(1), start(2)]);
    expect(await alice.succeed('whoami')).toMatchObject({ user: 'alice' });
    expect(await bob.succeed('whoami')).toMatchObject({ user: 'bob' });
    await cluster.tracker(1).line((line) => line.includes('linked with tracker 2'));
    expect(await alice.succeed('create_group after-restart')).toEqual({ group: 'after-restart', replicated: true });
    expect(alice.errors.lines.join('\n')).not.toContain('another key');
  });
});

describe('who was not there', () => {
  test('a client that was away follows when it is back, in its session', async () => {
    const carol = cluster.client([], 'carol');
    expect(await carol.succeed('whoami')).toMatchObject({ user: 'carol' });
    expect(await pinOf('carol')).toEqual({ first: fingerprints[0], followed: 1 });
    await carol.stop();
  });

  test('a new client remembers the new key, and knows of the former one', async () => {
    await registered(cluster, 'dora');
    expect(await pinOf('dora')).toEqual({ first: newest(), followed: 1 });
  });

  test('a client with the old fingerprint in tracker_info.txt follows, and says once what to write', async () => {
    let erik = await clientWith(fingerprints[0] ?? '', 'erik');
    await erik.succeed('create_user erik erik-password');
    await erik.succeed('login erik erik-password');
    const isAdvice = (line: string) => line.includes(newest());
    expect(await erik.errorLine(isAdvice)).toContain('into it, in the place of the old one');
    expect(erik.errors.lines.filter(isAdvice)).toHaveLength(1);
    await erik.stop();
    // It goes by what it knows now, not by the file alone.
    erik = clientAt('erik_info.txt', 'erik');
    expect(await erik.succeed('whoami')).toMatchObject({ user: 'erik' });
    await erik.errorLine(isAdvice);
    await erik.stop();
  });

  test('with the new fingerprint in it there is nothing to say', async () => {
    const erik = await clientWith(newest(), 'erik');
    expect(await erik.succeed('whoami')).toMatchObject({ user: 'erik' });
    expect(erik.errors.lines.join('\n')).not.toContain('fingerprint');
    await erik.stop();
  });

  test('a tracker with the old fingerprint in its tracker_info.txt starts, and says so', async () => {
    await cluster.tracker(2).stop();
    const plain = await textOf(cluster.trackerInfo);
    const info = join(cluster.directory, infoOn(2));
    await writeFile(info, plain.replaceAll('\n', ` ${fingerprints[0]}\n`));
    await start(2);
    await cluster.tracker(2).line((line) => line.includes('names a former key of this cluster'));
    await writeFile(info, plain);
  });

  test('a tracker that is away gets the key when it is back', async () => {
    await cluster.tracker(2).kill();
    await cluster.tracker(1).line((line) => line.includes('tracker 2') && line.includes('is away'));
    const notes = await rotate(1);
    expect(notes).toEqual([
      expect.stringContaining('write it into'),
      'tracker 2 is away, and gets the key when it is back',
    ]);
    await expect.poll(() => pinOf('alice')).toMatchObject({ followed: 2 });
    await start(2);
    await cluster.tracker(2).line((line) => line.includes('new key') && line.includes(newest()));
    await handedOn();
  });

  test('and clients go on with it, when the other one is gone', async () => {
    await cluster.tracker(1).kill();
    expect(await alice.succeed('whoami')).toEqual({ user: 'alice', tracker: 2 });
    expect(await alice.succeed('create_group at-the-second')).toMatchObject({ replicated: false });
    await start(1);
    await bob.succeed('download_file films film second-copy');
    await bob.succeed('wait');
    expect(await textOf(join(cluster.directory, 'second-copy'))).toBe('of alice');
  });
});

describe('while trackers are stopped', () => {
  test('the file is rewritten, and the key handed on at the next start', async () => {
    await cluster.tracker(2).line((line) => line.includes('linked with tracker 1'));
    await cluster.tracker(1).stop();
    expect(await rotate(1)).toEqual([
      expect.stringContaining('write it into'),
      'tracker 1 is stopped: it hands the key to the others when it runs again',
    ]);
    expect(await alice.succeed('whoami')).toEqual({ user: 'alice', tracker: 2 });
    await start(1);
    await cluster.tracker(2).line((line) => line.includes('new key') && line.includes(newest()));
    await handedOn();
  });

  test('a tracker that hangs is neither asked nor got round', async () => {
    const before = await textOf(keyOn(1));
    cluster.tracker(1).signal('SIGSTOP');
    const ended = await tracker(`rotate-key ${infoOn(1)}`);
    cluster.tracker(1).signal('SIGCONT');
    expect(ended).toEqual({ exitCode: 2, output: [], errors: [expect.stringMatching(/does not answer.*in use/)] });
    expect(await textOf(keyOn(1))).toBe(before);
  });

  test('two new keys that were made apart become two steps, and both sides’ clients take them', async () => {
    await Promise.all([cluster.tracker(1).stop(), cluster.tracker(2).stop()]);
    await rotate(1);
    await rotate(2);
    expect(await textOf(keyOn(1))).not.toBe(await textOf(keyOn(2)));
    await Promise.all([start(1), start(2)]);
    await cluster.tracker(1).line((line) => line.includes('linked with tracker 2'));
    await handedOn();
    const lines = [1, 2].flatMap((machine) => cluster.tracker(machine).output.lines).join('\n');
    expect(lines).toContain('without each other');
    for (const client of [alice, bob])
      expect(await client.succeed('whoami')).toMatchObject({ tracker: expect.any(Number) });
    await registered(cluster, 'fay');
    expect(await pinOf('fay')).toMatchObject({ first: newest() });
  });
});

describe('after a theft', () => {
  test('the former keys are thrown out: who knows only those refuses, until told the new fingerprint', async () => {
    await Promise.all([cluster.tracker(1).stop(), cluster.tracker(2).stop()]);
    await rotate(1);
    const [kept = ''] = (await textOf(keyOn(1))).split(/(?<=END PRIVATE KEY-----\n)/);
    for (const machine of [1, 2] as const) await writeFile(keyOn(machine), kept);
    await Promise.all([start(1), start(2)]);
    await cluster.tracker(1).line((line) => line.includes('linked with tracker 2'));
    const answer = await alice.command('whoami');
    expect(answer.error).toMatchObject({ code: 'identity_changed', message: expect.stringContaining('sha256:') });
    await alice.stop();
    alice = await clientWith(newest(), 'alice');
    expect(await alice.succeed('whoami')).toMatchObject({ user: 'alice' });
    expect(await alice.succeed('create_group after-the-theft')).toMatchObject({ replicated: true });
  });
});

describe('after 90 days', () => {
  const daysAgo = (days: number) => `since=${new Date(Date.now() - days * 24 * 60 * 60 * 1_000).toISOString()}`;

  test('the former key counts no longer: neither for a tracker nor for a client', async () => {
    await Promise.all([cluster.tracker(1).stop(), cluster.tracker(2).stop()]);
    await rotate(1);
    const ages = [95, 100];
    const aged = (await textOf(keyOn(1))).replace(/since=.*/g, () => daysAgo(ages.shift() ?? 0));
    expect(ages).toEqual([]);
    await writeFile(keyOn(1), aged);
    await Promise.all([start(1), start(2)]);
    await cluster.tracker(1).line((line) => line.includes('has a key that this cluster has left behind'));
    await cluster.tracker(2).line((line) => line.includes('has another key'));
    await cluster.tracker(2).kill();
    expect(await alice.refused('whoami')).toBe('identity_changed');
  });

  test('with the file copied, as the line says, all is well, and nothing was lost', async () => {
    await copyFile(keyOn(1), keyOn(2));
    await start(2);
    await cluster.tracker(1).line((line) => line.includes('linked with tracker 2'));
    await alice.stop();
    alice = await clientWith(newest(), 'alice');
    const { groups } = await alice.succeed('list_groups');
    expect(groups.map(({ group }: { group: string }) => group)).toContain('after-the-theft');
    expect(await alice.succeed('create_group after-90-days')).toMatchObject({ replicated: true });
  });
});

describe('is refused', () => {
  test('without the key: nothing is made', async () => {
    const folder = await cluster.folder('nowhere');
    await copyFile(cluster.trackerInfo, join(folder, 'tracker_info.txt'));
    const missing = { exitCode: 2, output: [], errors: [expect.stringContaining('cluster.key is missing')] };
    expect(await tracker('fingerprint nowhere/tracker_info.txt')).toEqual(missing);
    expect(await tracker('rotate-key nowhere/tracker_info.txt --tracker 1')).toEqual(missing);
    expect(await tracker('fingerprint nowhere/tracker_info.txt')).toEqual(missing);
  });

  test('with a key that others can read, or no tracker of that number', async () => {
    await chmod(keyOn(1), 0o644);
    for (const command of ['fingerprint', 'rotate-key']) {
      const { exitCode, output, errors } = await tracker(`${command} ${infoOn(1)}`);
      expect({ exitCode, output }).toEqual({ exitCode: 2, output: [] });
      expect(errors).toEqual([expect.stringContaining('chmod 600')]);
    }
    await chmod(keyOn(1), 0o600);
    expect((await tracker(`fingerprint ${infoOn(1)} --tracker 3`)).exitCode).toBe(2);
  });

  test('where the file has become another cluster’s: the tracker goes on with its own', async () => {
    await rename(keyOn(1), `${keyOn(1)}.away`);
    const elsewhere = await Cluster.start(1);
    try {
      await copyFile(join(elsewhere.directory, 'cluster.key'), keyOn(1));
      // Whoever asks has to show a key of the running tracker's.
      expect(await tracker(`rotate-key ${infoOn(1)}`)).toMatchObject({ exitCode: 2, output: [] });
    } finally {
      await elsewhere.stop();
    }
    await rename(`${keyOn(1)}.away`, keyOn(1));
    expect(await tracker(`fingerprint ${infoOn(1)}`)).toMatchObject({ output: [newest()] });
  });
});

test('no key was ever said, nor is in any file but the cluster’s own', async () => {
  expect(seeds.size).toBeGreaterThan(5);
  const said = cluster.transcripts().map((text, index) => [`program ${index}`, Buffer.from(text)] as const);
  expect(holdersOf([...seeds.values()], new Map(said))).toEqual([]);
  const holders = holdersOf([...seeds.values()], await contentsBelow(cluster.directory));
  expect(holders).toEqual([join('one', 'cluster.key'), join('two', 'cluster.key')]);
});

test('two trackers of one machine have one file, whichever of them is asked', async () => {
  const machine = await Cluster.start(2);
  try {
    const ask = async (words: string[]) => {
      const program = machine.own(new Program('tracker', { words, directory: machine.directory }));
      const exitCode = await program.bounded(program.ended, words.join(' '));
      return { exitCode, output: program.output.lines, errors: program.errors.lines };
    };
    expect(await ask(['rotate-key'])).toMatchObject({ exitCode: 2, errors: [expect.stringContaining('--tracker')] });
    for (const number of ['1', '2', '1']) {
      const { exitCode, output } = await ask(['rotate-key', '--tracker', number]);
      expect({ exitCode, lines: output.length }).toEqual({ exitCode: 0, lines: 2 });
      for (const other of [1, 2])
        await machine.tracker(other).line((line) => line.includes(`new key – write ${output[0]}`));
      expect(await ask(['fingerprint'])).toEqual({ exitCode: 0, output: [output[0]], errors: [] });
    }
    expect(parseKeyHistory(await textOf(join(machine.directory, 'cluster.key')))?.keys).toHaveLength(4);
    const anna = await registered(machine, 'anna');
    expect(await anna.succeed('create_group films')).toMatchObject({ replicated: true });
  } finally {
    await machine.stop();
  }
});

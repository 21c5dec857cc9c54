/**
 * Passwords, tokens and keys leave no trace: every command is run with known ones, right and wrong, and then they are
 * looked for in what both programs have said, in what the system shows of their processes, and in every file there is.
 */
import { createPrivateKey } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtPrograms, type ClientProgram, Cluster, Program } from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TerminalProgram } from '../cli/terminal-program.js';
import { newDevice, RawClient } from './raw-client.js';
import { contentsBelow, holdersOf } from './traces.js';

/** Found nowhere by chance. */
const right = 'marker-Right-7Qz9-password';
const next = 'marker-Next-4Wv2-password';
const wrong = 'marker-Wrong-8Kx3-password';
/** Refused where a password is set. */
const short = 'Mk-sh0r';
const long = `marker-Long-${'x'.repeat(1_024)}`;
const passwords = [right, next, wrong, short, long];
const asBytes = passwords.map((password) => Buffer.from(password));

let cluster: Cluster;
let alice: ClientProgram;
/** An empty home, so that whatever is put there is seen. */
let home: string;

beforeAll(async () => {
  cluster = await Cluster.create(2);
  home = await cluster.folder('home');
  for (const number of [1, 2]) await cluster.startTracker(number, ['--log-level', 'debug']);
  alice = client('alice', ['--stay']);
  for (const line of linesOf('alice')) await alice.command(line);
  await alice.succeed(`login alice ${next}`);
  for (const line of await otherCommands()) await alice.command(line);
});
afterAll(() => cluster.stop());

function client(name: string, words: readonly string[]): ClientProgram {
  return cluster.client(words, name);
}

/** Every way in which a password goes into a command, or past one. Ends with an account whose password is `next`. */
function linesOf(user: string): string[] {
  return [
    `create_user ${user} ${short}`,
    `create_user ${user} ${long}`,
    `create_user ${user} ${right} superfluous`,
    `create_user '../${user}' ${right}`,
    `create_user ${user} "${right}`,
    `create_user ${user} ${right}`,
    `create_user ${user} ${wrong}`,
    `create_user ${right}`,
    `login ${user} ${wrong}`,
    `login nobody-${user} ${wrong}`,
    `login ${user} ${long}`,
    `login ${user} ${right} --as ${right}`,
    `login 'a/b' ${right}`,
    `change_password ${right} ${next}`,
    `login ${user} ${right}`,
    `login ${user} ${right}`,
    `change_password ${wrong} ${next}`,
    `change_password ${right} ${short}`,
    `change_password ${right} ${long}`,
    `change_password ${right}`,
    `change_password ${right} ${next}`,
    'whoami',
    'logout',
  ];
}

/** Every other command that `help` names, with something in the place of each word that it needs. */
async function otherCommands(): Promise<string[]> {
  const words = ['tracker_info.txt', '--data-dir', 'clients/helper'];
  const helper = cluster.own(new Program('client', { directory: cluster.directory, words }));
  helper.write('help');
  helper.endInput();
  await helper.ended;
  const usages = helper.output.lines.map((line) => line.split('  ')[0] ?? '');
  expect(usages.length).toBeGreaterThan(20);
  return usages
    .filter((usage) => !/^(create_user|login|logout|change_password|quit)\b/.test(usage))
    .map((usage) => usage.replaceAll(/<\w+>/g, 'x').replaceAll(/ \[.*/g, ''));
}

/** What a program has said, by where. */
function saidBy(program: Program): Map<string, Buffer> {
  return new Map([
    [`${program.name}, standard output`, Buffer.from(program.output.lines.join('\n'))],
    [`${program.name}, standard error`, Buffer.from(program.errors.lines.join('\n'))],
  ]);
}

const everyProgram = (): Program[] => [cluster.tracker(1), cluster.tracker(2), alice];

async function tokenOf(name: string): Promise<Buffer> {
  const session = JSON.parse(await readFile(join(cluster.directory, 'clients', name, 'session.json'), 'utf8'));
  return Buffer.from(session.token, 'hex');
}

/** What is secret of a private key: the seed, which the last bytes of its PKCS8 form are (RFC 8410). */
async function seedIn(...path: string[]): Promise<Buffer> {
  const key = createPrivateKey(await readFile(join(cluster.directory, ...path)));
  return key.export({ type: 'pkcs8', format: 'der' }).subarray(-32);
}

describe('a password', () => {
  test('is in no answer, no event, no log line, right or wrong, short or long', () => {
    for (const program of everyProgram()) expect(holdersOf(asBytes, saidBy(program))).toEqual([]);
    expect(alice.output.lines.some((line) => line.includes('wrong_password'))).toBe(true);
    expect(alice.output.lines.some((line) => line.includes('a password has 8 to 1024 bytes'))).toBe(true);
  });

  test('is in no text for a person either', async () => {
    const bob = cluster.own(
      new Program('client', {
        directory: cluster.directory,
        words: ['tracker_info.txt', '--data-dir', 'clients/bob'],
        environment: { HOME: home },
      }),
    );
    for (const line of linesOf('bob')) bob.write(line);
    bob.endInput();
    expect(await bob.ended).toBe(1);
    expect(bob.output.lines).toContain('password changed');
    expect(bob.errors.lines.filter((line) => line.startsWith('login: '))).not.toEqual([]);
    expect(holdersOf(asBytes, saidBy(bob))).toEqual([]);
  });

  test('is in no refusal by a tracker, whatever else is wrong with the request', async () => {
    const raw = await RawClient.connect(await newDevice(cluster.directory), cluster.port(1));
    const token = new Uint8Array(32);
    const requests = [
      { type: 'create_user', user: 'eve', password: short },
      { type: 'create_user', user: 'eve', password: long },
      { type: 'create_user', user: 'e/e', password: right },
      { type: 'create_user', user: 'eve', password: [right] },
      { type: 'create_user', user: 'eve', password: { [right]: right } },
      { type: 'create_user', user: right.repeat(3), password: right },
      { type: 'login', user: 'alice', password: wrong, token },
      { type: 'login', user: 'nobody', password: wrong, token },
      { type: 'login', user: 'alice', password: wrong, token: right },
      { type: 'change_password', oldPassword: wrong, newPassword: short },
      { type: 'no_such_request', password: right },
    ];
    for (const request of requests) {
      const reply = await raw.change(request);
      expect(reply.type).toBe('error');
      const said = new Map([[request.type, Buffer.from(JSON.stringify(reply))]]);
      expect(holdersOf(asBytes, said), JSON.stringify(reply)).toEqual([]);
    }
    await raw.close();
  });

  test('is neither shown at a prompt nor remembered by it, in memory or in a file', async () => {
    const words = ['tracker_info.txt', '--data-dir', 'clients/carol'];
    const terminal = new TerminalProgram([process.execPath, builtPrograms.client, ...words], {
      directory: cluster.directory,
      environment: { HOME: home },
    });
    await terminal.prompt();
    for (const line of ['create_user carol', 'login carol']) {
      terminal.type(`${line}\r`);
      // At the bottom: the question before is still to be seen.
      await terminal.until(() => terminal.bottom === 'password:');
      terminal.type(`${right}\r`);
      await terminal.prompt();
    }
    expect(await terminal.command('whoami')).toContain('carol');
    expect(terminal.written).not.toContain(right);
    // Typed in the open, it is to be seen once, and comes back by no key.
    await terminal.command(`change_password ${right} ${next}`);
    await terminal.command(`logn carol ${next}`);
    const before = terminal.written.length;
    for (const remembered of ['whoami', 'login carol', 'create_user carol']) {
      terminal.type('\u001b[A');
      await terminal.until(() => terminal.bottom === `p2p> ${remembered}`);
    }
    expect(terminal.written.slice(before)).not.toContain('marker-');
    terminal.type('\u0003');
    await terminal.exitCode;
    expect(await readdir(home)).toEqual([]);
  });

  test('is in no file, neither as it is nor in another notation', async () => {
    expect(holdersOf(asBytes, await contentsBelow(cluster.directory))).toEqual([]);
  });
});

describe('a session’s token', () => {
  test('is in its own file alone, and none of the trackers keeps it', async () => {
    const token = await tokenOf('alice');
    const held = holdersOf([token], await contentsBelow(cluster.directory));
    expect(held).toEqual([join('clients', 'alice', 'session.json')]);
    for (const program of everyProgram()) expect(holdersOf([token], saidBy(program))).toEqual([]);
  });

  test('is gone from the disk after the log-out', async () => {
    const dora = client('dora', []);
    await dora.succeed(`create_user dora ${right}`);
    await dora.succeed(`login dora ${right}`);
    const token = await tokenOf('dora');
    await dora.succeed('logout');
    expect(holdersOf([token], await contentsBelow(cluster.directory))).toEqual([]);
  });
});

describe('a private key', () => {
  test('is in its own file alone', async () => {
    const contents = await contentsBelow(cluster.directory);
    const devices = await seedIn('clients', 'alice', 'device.key');
    const clusters = await seedIn('cluster.key');
    expect(holdersOf([devices], contents)).toEqual([join('clients', 'alice', 'device.key')]);
    expect(holdersOf([clusters], contents)).toEqual(['cluster.key']);
    for (const program of everyProgram()) expect(holdersOf([devices, clusters], saidBy(program))).toEqual([]);
  });
});

describe('what the operating system shows', () => {
  test.skipIf(process.platform !== 'linux')('of the processes has no secret in it', async () => {
    const secrets = [...asBytes, await tokenOf('alice'), await seedIn('cluster.key')];
    for (const { name, pid } of everyProgram()) {
      const shown = ['cmdline', 'environ', 'comm', 'status', 'stat'].map(
        async (file) => [`${name} ${file}`, await readFile(`/proc/${pid}/${file}`)] as const,
      );
      expect(holdersOf(secrets, new Map(await Promise.all(shown)))).toEqual([]);
    }
  });
});

describe('an operator', () => {
  test.each([
    ['audit', '.p2p/tracker-1'],
    ['audit', '--json', '.p2p/tracker-2'],
  ])('is shown no hash of a password or token by tracker %s %s', async (...words) => {
    const program = cluster.own(new Program('tracker', { directory: cluster.directory, words }));
    expect(await program.ended).toBe(0);
    const text = program.output.lines.join('\n');
    expect(text).toContain('alice');
    expect(text).not.toContain('$argon2');
    expect(holdersOf([...asBytes, await tokenOf('alice')], saidBy(program))).toEqual([]);
  });
});

/** `tracker reset-password`: a user who has forgotten the password is given a new one, and whoever had the old one is out. */
import { type ClientProgram, Cluster, passwordOf, registered } from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentsBelow, holdersOf } from '../attacks/traces.js';
import { KeptSession } from './kept-session.js';
import { type Ended, runSubcommand } from './subcommand.js';

let cluster: Cluster;
let ana: ClientProgram;
let ben: ClientProgram;
/** Whatever Ana's password is by now. */
let password = passwordOf('ana');

beforeAll(async () => {
  cluster = await Cluster.start(2);
  ana = await registered(cluster, 'ana');
  ben = await registered(cluster, 'ben');
});
afterAll(() => cluster?.stop());

const tracker = (line: string): Promise<Ended> => runSubcommand(cluster, line);
const isLoggedOutNotice = (line: string): boolean => line.includes('no longer logged in on this device');

/** The password in what the subcommand has printed: one line, and nothing else on standard output. */
function passwordIn({ exitCode, output, errors }: Ended, user = 'ana'): string {
  expect(exitCode, errors.join('\n')).toBe(0);
  expect(output).toEqual([expect.stringMatching(/^new password of \S+: [2-9a-hjkmnp-z]{5}(-[2-9a-hjkmnp-z]{5}){3}$/)]);
  expect(errors[0]).toContain(`${user} is logged out on all devices`);
  return output[0]?.replace(`new password of ${user}: `, '') ?? '';
}

/** What a log-in comes to on a new device, at this tracker. */
async function logInAt(number: number, words: string): Promise<string> {
  const client = cluster.client([`127.0.0.1:${cluster.port(number)}`]);
  const at = await client.event(({ event, state }) => event === 'tracker' && state === 'connected');
  expect(at.number).toBe(number);
  const { ok, error } = await client.command(`login ${words}`);
  await client.kill();
  return ok ? 'ok' : (error?.code ?? '');
}

describe('while both trackers run', () => {
  test('the old password and all sessions are dead at both, the new one works', async () => {
    const kept = await KeptSession.of(cluster, 'ana');
    const ended = await tracker('reset-password ana --tracker 1');
    password = passwordIn(ended);
    expect(ended.errors, 'nobody is away').toHaveLength(1);
    await ana.errorLine(isLoggedOutNotice);
    expect(await ana.refused('whoami')).toBe('not_logged_in');
    await ana.kill();
    for (const number of [1, 2]) {
      expect(await kept.refusedAt(number)).toBe('not_logged_in');
      expect(await logInAt(number, `ana ${passwordOf('ana')}`)).toBe('wrong_password');
      expect(await logInAt(number, `ana ${password}`)).toBe('ok');
    }
    expect(await ben.succeed('whoami'), 'nobody else is concerned').toMatchObject({ user: 'ben' });
  });

  test('it is changed like any other', async () => {
    ana = cluster.client([], 'ana');
    await ana.succeed(`login ana ${password}`);
    expect(await ana.succeed(`change_password ${password} one-of-her-own`)).toEqual({ replicated: true });
    expect(await logInAt(2, `ana ${password}`)).toBe('wrong_password');
    expect(await logInAt(2, 'ana one-of-her-own')).toBe('ok');
  });

  test('it stands nowhere but where it was printed; the log says whose it was', async () => {
    const said = cluster.transcripts().filter((text) => text.startsWith('$ tracker tracker_info.txt'));
    expect(said).toHaveLength(2);
    expect(said.join('\n')).not.toContain(password);
    expect(said[0]).toContain('the password of ana was reset');
    expect(holdersOf([Buffer.from(password)], await contentsBelow(cluster.directory))).toEqual([]);
  });

  test('who has tried the forgotten one too often can log in at once', async () => {
    const desk = cluster.client();
    for (let failure = 0; failure < 10; failure++) await desk.refused('login ben wrong');
    expect(await desk.refused(`login ben ${passwordOf('ben')}`)).toBe('too_many_attempts');
    const fresh = passwordIn(await tracker('reset-password ben --tracker 2'), 'ben');
    expect(await desk.succeed(`login ben ${fresh}`)).toMatchObject({ user: 'ben', replicated: true });
  });

  test('the name is meant as it looks, however it is typed', async () => {
    await desk().succeed('create_user \u00e9va eva-password');
    const fresh = passwordIn(await tracker('reset-password e\u0301va --tracker 1'), '\u00e9va');
    expect(await logInAt(2, `\u00e9va ${fresh}`)).toBe('ok');
  });
});

const desk = (): ClientProgram => cluster.client();

describe('refused is', () => {
  test('who is no user', async () => {
    const nobody = { exitCode: 1, output: [], errors: ['tracker: there is no user "nobody"'] };
    expect(await tracker('reset-password nobody --tracker 1')).toEqual(nobody);
  });

  test.each([
    ['reset-password', /whose password\?.*usage: tracker reset-password <user>/],
    ['reset-password a/b', /cannot hold any of/],
    ['reset-password ana', /1 or 2.*--tracker/],
    ['reset-password ana --tracker 3', /there is no 3/],
    ['reset-password ana tracker_info.txt a-password', /one argument too many/],
  ])('%s', async (line, message) => {
    expect(await tracker(line)).toEqual({ exitCode: 2, output: [], errors: [expect.stringMatching(message)] });
  });
});

describe('while a tracker is away', () => {
  test('it is told so, and has it when it is back', async () => {
    await cluster.tracker(2).kill();
    const ended = await tracker('reset-password ana --tracker 1');
    password = passwordIn(ended);
    expect(ended.errors[1]).toMatch(/^a tracker is away.*until then the old password counts there$/);
    await cluster.startTracker(2);
    expect(await logInAt(2, 'ana one-of-her-own')).toBe('wrong_password');
    expect(await logInAt(2, `ana ${password}`)).toBe('ok');
  });
});

describe('while the tracker of this machine is stopped', () => {
  test('it is written into its directory, which can’t tell the others yet', async () => {
    await cluster.tracker(1).stop();
    const former = password;
    const ended = await tracker('reset-password ana --tracker 1');
    password = passwordIn(ended);
    expect(ended.errors[1]).toMatch(/^tracker 1 is stopped.*until then the old password counts there$/);
    expect(await logInAt(2, `ana ${former}`)).toBe('ok');
    await cluster.startTracker(1);
    for (const number of [1, 2]) {
      expect(await logInAt(number, `ana ${former}`)).toBe('wrong_password');
      expect(await logInAt(number, `ana ${password}`)).toBe('ok');
    }
  });

  test('nobody is refused there as well', async () => {
    await cluster.tracker(1).stop();
    expect(await tracker('reset-password nobody --tracker 1')).toMatchObject({ exitCode: 1, output: [] });
    await cluster.startTracker(1);
  });

  test('the audit says what was done, without a secret', async () => {
    await cluster.tracker(1).stop();
    const { exitCode, output } = await tracker(`audit ${cluster.dataDirectory(1)}`);
    expect(exitCode).toBe(0);
    expect(output.filter((line) => / - reset_credential user="ana"$/.test(line))).toHaveLength(3);
    expect(output.join('\n')).not.toContain('argon2');
  });
});

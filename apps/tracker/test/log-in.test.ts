/** Which account a name and a password mean, and how much work it may cost to find out. */
import {
  type DeviceId,
  MAX_FAILED_LOG_INS,
  MAX_NEW_USERS_PER_ADDRESS,
  MAX_OUTSTANDING_REQUESTS,
  MAX_PASSWORD_BYTES,
  MAX_RENAMED_TRIED,
  type MutationRequest,
  mutationRequest,
  type Operation,
  requestIdOf,
  userName,
} from '@p2p/protocol';
import { applyOperation, emptyState, userByName } from '@p2p/state';
import { beforeAll, expect, test } from 'vitest';
import { prepareCommand } from '../src/client-connections/prepare.js';
import type { Services } from '../src/client-connections/services.js';
import { AttemptsBoard } from '../src/log-ins/attempts-board.js';
import { type Asker, LogIns } from '../src/log-ins/log-ins.js';
import { PasswordQueue, type Place } from '../src/log-ins/password-queue.js';
import { Passwords } from '../src/passwords.js';

/** That of all who have an account here. */
const device = 'a'.repeat(64) as DeviceId;
const stranger = 'b'.repeat(64) as DeviceId;
const state = emptyState();

/** Counts what it would cost, and costs nothing. */
class CountedPasswords extends Passwords {
  verified = 0;

  override hash(password: string): Promise<string> {
    return Promise.resolve(`hash of ${password}`);
  }

  override verify(credential: string | undefined, password: string): Promise<boolean> {
    this.verified += 1;
    return Promise.resolve(credential === `hash of ${password}`);
  }
}
const passwords = new CountedPasswords();

/** Everybody is served at once. */
class OpenQueue extends PasswordQueue {
  override run<T>(_place: Place, job: () => Promise<T>): Promise<T> {
    return job();
  }
}

/** As many as there are tried, and one more; "ann" is the first of them. */
const anns = Array.from({ length: MAX_RENAMED_TRIED + 2 }, (_, index) => `password of ann ${index + 1}`);

beforeAll(async () => {
  for (const [index, password] of anns.entries()) await addUser('ann', password, index + 1);
  await addUser('ben', 'password of ben', anns.length + 1);
  await addUser('cleo', 'password of cleo', anns.length + 2);
  addSession('ben');
});

/** One that is over: the device is known all the same. */
function addSession(name: string): void {
  const user = userByName(state, name);
  if (user === undefined) throw new Error(`there is no ${name}`);
  const requestId = requestIdOf(device, 1_000);
  const stamp = { time: 1_000, count: 0, incarnation: '1.0000000000000000' };
  const { id, credentialVersion } = user;
  const body = { kind: 'open_session', session: 'c'.repeat(64), user: id, device, credentialVersion, expires: 1 };
  applyOperation(state, { stamp, seq: 1_000, requestId, mode: 'keep', actor: null, body } as unknown as Operation);
}

/** As another tracker made it while they were cut apart. */
async function addUser(name: string, password: string, counter: number): Promise<void> {
  const requestId = requestIdOf(device, counter);
  const stamp = { time: counter, count: 0, incarnation: '1.0000000000000000' };
  const body = { kind: 'create_user', user: requestId, name, credential: await passwords.hash(password) };
  applyOperation(state, { stamp, seq: counter, requestId, mode: 'keep', actor: null, body } as unknown as Operation);
}

const attempts = new AttemptsBoard();
const logIns = new LogIns({ state: () => state, passwords, attempts, queue: new PasswordQueue() });
const services = { replicated: { state }, logIns } as unknown as Services;

/** Nobody in particular, at an address of its own each time: what failed before doesn't count. */
let strangers = 0;
const somebodyNew = (): Asker => asker(`192.0.2.${++strangers}`);

function asker(network: string, from: DeviceId = stranger, isLocal = false): Asker {
  return { device: from, network, isLocal, isGone: () => false };
}

/** The name of the account that is let in, or the code of the refusal. */
async function outcomeOf(user: string, password: string, who: Asker): Promise<string | undefined> {
  const request = mutationRequest.parse({
    type: 'login',
    id: 1,
    counter: 1,
    user,
    password,
    token: new Uint8Array(32),
  });
  const actor = { device: who.device, session: undefined };
  const prepared = await prepareCommand(request as MutationRequest, { actor, asker: who, services });
  if ('ok' in prepared) return prepared.code;
  if (prepared.type !== 'login') throw new Error('a log-in became something else');
  return state.users.get(prepared.user)?.name;
}

/** The same, and how many hashes that has cost. */
async function logIn(user: string, password: string, who = somebodyNew()): Promise<[string | undefined, number]> {
  const before = passwords.verified;
  const outcome = await outcomeOf(user, password, who);
  return [outcome, passwords.verified - before];
}

test('the name and its password cost one hash', async () => {
  expect(await logIn('ann', 'password of ann 1')).toEqual(['ann', 1]);
  expect(await logIn('ann~3', 'password of ann 3')).toEqual(['ann~3', 1]);
});

test('who was renamed gets in under the old name, the earliest being tried first', async () => {
  expect(await logIn('ann', 'password of ann 2')).toEqual(['ann~2', 2]);
  expect(await logIn('ann', `password of ann ${MAX_RENAMED_TRIED + 1}`)).toEqual([
    `ann~${MAX_RENAMED_TRIED + 1}`,
    MAX_RENAMED_TRIED + 1,
  ]);
});

test('no more are tried than the limit says; the others have their new names', async () => {
  const last = `ann~${MAX_RENAMED_TRIED + 2}`;
  const password = `password of ann ${MAX_RENAMED_TRIED + 2}`;
  expect(userByName(state, last)).toBeDefined();
  expect(await logIn('ann', password)).toEqual(['wrong_password', MAX_RENAMED_TRIED + 1]);
  expect(await logIn(last, password)).toEqual([last, 1]);
});

test('who does not exist and who mistyped cost the same', async () => {
  expect(await logIn('nobody', 'password of ben')).toEqual(['wrong_password', 1]);
  expect(await logIn('ben', 'another password')).toEqual(['wrong_password', 1]);
  expect(await logIn('ann~2', 'password of ann 1')).toEqual(['wrong_password', 1]);
});

test('a password longer than any that can be set is wrong, and costs the same', async () => {
  expect(await logIn('ben', 'x'.repeat(MAX_PASSWORD_BYTES + 1))).toEqual(['wrong_password', 1]);
  expect(await logIn('ben', 'x'.repeat(200_000))).toEqual(['wrong_password', 1]);
});

test('of many log-ins sent at once no more are tried than the bound, whether there is such a user or not', async () => {
  for (const name of ['cleo', 'no such cleo']) {
    const who = somebodyNew();
    const before = passwords.verified;
    const guesses = Array.from({ length: MAX_OUTSTANDING_REQUESTS }, (_, index) =>
      outcomeOf(name, `guess ${index}`, who),
    );
    const outcomes = await Promise.all(guesses);
    expect(outcomes.filter((outcome) => outcome === 'wrong_password')).toHaveLength(MAX_FAILED_LOG_INS);
    expect(outcomes.filter((outcome) => outcome === 'too_many_attempts')).toHaveLength(
      MAX_OUTSTANDING_REQUESTS - MAX_FAILED_LOG_INS,
    );
    expect(passwords.verified - before).toBe(MAX_FAILED_LOG_INS);
  }
});

test('the right password is not tried either, but elsewhere it is, and on a known device', async () => {
  const who = somebodyNew();
  for (let guess = 0; guess < MAX_FAILED_LOG_INS; guess++) await logIn('ben', `guess ${guess}`, who);
  expect(await logIn('ben', 'password of ben', who)).toEqual(['too_many_attempts', 0]);
  expect(await logIn('ben', 'password of ben', { ...who, device })).toEqual(['ben', 1]);
  expect(await logIn('cleo', 'password of cleo', who)).toEqual(['cleo', 1]);
  expect(await logIn('ben', 'password of ben')).toEqual(['ben', 1]);
});

test('a known device that guesses is stopped too, and by itself', async () => {
  const known = asker('192.0.2.250', device);
  for (let guess = 0; guess < MAX_FAILED_LOG_INS; guess++) await logIn('ben', `guess ${guess}`, known);
  expect(await logIn('ben', 'password of ben', known)).toEqual(['too_many_attempts', 0]);
  expect(await logIn('ben', 'password of ben', { ...known, device: stranger })).toEqual(['ben', 1]);
});

test('one success begins a new row', async () => {
  const who = somebodyNew();
  for (let row = 0; row < 2; row++) {
    for (let guess = 1; guess < MAX_FAILED_LOG_INS; guess++) await logIn('cleo', `guess ${guess}`, who);
    expect(await logIn('cleo', 'password of cleo', who)).toEqual(['cleo', 1]);
  }
});

test('a wrong old password counts as a failed log-in of the device', async () => {
  const cleo = userByName(state, 'cleo');
  if (cleo === undefined) throw new Error('there is no cleo');
  const who = asker('192.0.2.251', 'd'.repeat(64) as DeviceId);
  const change = (oldPassword: string) => logIns.change(cleo, { oldPassword, newPassword: 'another one' }, who);
  for (let guess = 0; guess < MAX_FAILED_LOG_INS; guess++) {
    expect(await change(`guess ${guess}`)).toMatchObject({ code: 'wrong_password' });
  }
  expect(await change('password of cleo')).toMatchObject({ code: 'too_many_attempts' });
});

test('so many accounts may be made from one address, and one more is refused; this machine is not counted', async () => {
  const counting = new LogIns({
    state: () => state,
    passwords,
    attempts,
    queue: new OpenQueue(),
  });
  const create = (who: Asker) => counting.newUser('a password', who);
  const far = asker('192.0.2.252');
  for (let user = 0; user < MAX_NEW_USERS_PER_ADDRESS; user++) expect(await create(far)).toBe('hash of a password');
  expect(await create(far)).toMatchObject({ code: 'limit_reached' });
  expect(await create(asker('192.0.2.253'))).toBe('hash of a password');
  const near = asker('127.0.0.1', stranger, true);
  for (let user = 0; user <= MAX_NEW_USERS_PER_ADDRESS; user++) expect(await create(near)).toBe('hash of a password');
});

test('where too many wait one is told at once, and nothing is hashed for somebody who has gone', async () => {
  const full = new LogIns({ state: () => state, passwords, attempts, queue: new PasswordQueue(0) });
  expect(await full.logIn(userName.parse('ben'), 'password of ben', somebodyNew())).toMatchObject({
    code: 'limit_reached',
  });
  const before = passwords.verified;
  await outcomeOf('ben', 'password of ben', { ...somebodyNew(), isGone: () => true });
  expect(passwords.verified).toBe(before);
});

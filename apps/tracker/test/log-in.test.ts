/** Which account a name and a password mean, and how much work it may cost to find out. */
import {
  type DeviceId,
  MAX_RENAMED_TRIED,
  type MutationRequest,
  mutationRequest,
  type Operation,
  requestIdOf,
} from '@p2p/protocol';
import { applyOperation, emptyState, userByName } from '@p2p/state';
import { beforeAll, expect, test } from 'vitest';
import { prepareCommand } from '../src/client-connections/prepare.js';
import type { Services } from '../src/client-connections/services.js';
import { Passwords } from '../src/passwords.js';

const device = 'a'.repeat(64) as DeviceId;
const state = emptyState();

/** Counts what it costs. */
class CountedPasswords extends Passwords {
  verified = 0;

  override verify(credential: string | undefined, password: string): Promise<boolean> {
    this.verified += 1;
    return super.verify(credential, password);
  }
}
const passwords = new CountedPasswords();

/** As many as there are tried, and one more; "ann" is the first of them. */
const anns = Array.from({ length: MAX_RENAMED_TRIED + 2 }, (_, index) => `password of ann ${index + 1}`);

beforeAll(async () => {
  for (const [index, password] of anns.entries()) await addUser('ann', password, index + 1);
  await addUser('ben', 'password of ben', anns.length + 1);
});

/** As another tracker made it while they were cut apart. */
async function addUser(name: string, password: string, counter: number): Promise<void> {
  const requestId = requestIdOf(device, counter);
  const stamp = { time: counter, count: 0, incarnation: '1.0000000000000000' };
  const body = { kind: 'create_user', user: requestId, name, credential: await passwords.hash(password) };
  applyOperation(state, { stamp, seq: counter, requestId, mode: 'keep', actor: null, body } as unknown as Operation);
}

/** The name of the account that is let in, or the code of the refusal, and how many hashes that has cost. */
async function logIn(user: string, password: string): Promise<[who: string | undefined, verified: number]> {
  const request = mutationRequest.parse({
    type: 'login',
    id: 1,
    counter: 1,
    user,
    password,
    token: new Uint8Array(32),
  });
  const services = { replicated: { state }, passwords } as unknown as Services;
  const before = passwords.verified;
  const prepared = await prepareCommand(request as MutationRequest, { device, session: undefined }, services);
  const verified = passwords.verified - before;
  if ('ok' in prepared) return [prepared.code, verified];
  if (prepared.type !== 'login') throw new Error('a log-in became something else');
  return [state.users.get(prepared.user)?.name, verified];
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

/** Grants are renewed in time, for as long as they are of use, and asked for again where a sharer doubts them. */
import { GRANT_MS, type GroupId, type Refusal, refusal } from '@p2p/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GrantWallet } from '../src/fetching/grant-wallet.js';

const group = `${'f'.repeat(64)}.1` as GroupId;
const HALF_MS = GRANT_MS / 2;

let answer: () => object | Refusal;
let asked: number;
let ended: Refusal[];
let wallet: GrantWallet;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  asked = 0;
  ended = [];
  answer = () => ({ ok: true, reply: { grant: `grant ${asked}` }, tracker: 1 });
  const ask = async () => {
    asked += 1;
    return answer();
  };
  wallet = new GrantWallet({ session: { ask: ask as never }, ended: (_group, reason) => ended.push(reason) });
});

afterEach(() => {
  wallet.close();
  vi.useRealTimers();
});

test('a grant in use is renewed at half its life, again and again, and whoever shows it hears of it', async () => {
  const renewed: string[] = [];
  wallet.onRenewed((_group, grant) => renewed.push(grant));
  wallet.put(group, 'first');
  wallet.use(group);
  await vi.advanceTimersByTimeAsync(HALF_MS - 1);
  expect([asked, wallet.of(group)]).toEqual([0, 'first']);
  await vi.advanceTimersByTimeAsync(1 + HALF_MS);
  expect(asked).toBe(2);
  expect(renewed).toEqual(['first', 'grant 1', 'grant 2']);
});

test('one that nobody uses is not', async () => {
  wallet.put(group, 'first');
  const release = wallet.use(group);
  const releaseOther = wallet.use(group);
  release();
  expect(wallet.of(group)).toBe('first');
  releaseOther();
  await vi.advanceTimersByTimeAsync(2 * GRANT_MS);
  expect([asked, wallet.of(group)]).toEqual([0, undefined]);
});

test('where no tracker answers it is tried again soon', async () => {
  answer = () => refusal('no_tracker');
  wallet.put(group, 'first');
  wallet.use(group);
  await vi.advanceTimersByTimeAsync(HALF_MS + 10_000);
  expect(asked).toBe(6);
  expect([wallet.of(group), ended]).toEqual(['first', []]);
});

test('doubted by many sharers at once it is asked for once, and not before a moment has passed', async () => {
  wallet.put(group, 'first');
  wallet.use(group);
  for (let sharer = 0; sharer < 20; sharer++) wallet.doubt(group);
  expect(asked).toBe(0);
  await vi.advanceTimersByTimeAsync(2_000);
  expect([asked, wallet.of(group)]).toEqual([1, 'grant 1']);
});

test.each(['not_a_member', 'no_such_group'] as const)('%s is the end', async (code) => {
  answer = () => refusal(code);
  wallet.put(group, 'first');
  wallet.use(group);
  wallet.doubt(group);
  await vi.advanceTimersByTimeAsync(GRANT_MS);
  expect([asked, ended.map((reason) => reason.code)]).toEqual([1, [code]]);
});

test('what one user was given is not shown for the next', () => {
  wallet.put(group, 'first');
  wallet.clear();
  expect(wallet.of(group)).toBeUndefined();
});

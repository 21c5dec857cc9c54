/** Who is served when. The clock is the test's: handing out a frame takes as long as it says. */
import { MAX_FRAMES_PER_TURN, TURN_MS } from '@p2p/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Accounts } from '../src/accounts.js';
import { Account, Seat, Turns } from '../src/turns.js';

let now: number;
let turns: Turns;
/** Names of those that were served, in order; a bar where the event loop went on. */
let served: string[];
let readers: Reader[];

beforeEach(() => {
  now = 1_000_000;
  turns = new Turns(() => now);
  served = [];
  readers = [];
});

afterEach(async () => {
  for (const reader of readers) reader.frames = 0;
  await round();
});

/** A connection with frames to hand out, each of which takes `frameMs`. */
class Reader {
  readonly seat: Seat;
  readonly name: string;
  frames = 0;
  frameMs: number;

  constructor(name: string, account: Account, frameMs = 0.1) {
    this.name = name;
    this.frameMs = frameMs;
    readers.push(this);
    this.seat = new Seat(turns, account, (isOver) => this.#handOut(isOver));
  }

  receive(frames: number): void {
    this.frames += frames;
    this.seat.ask();
  }

  #handOut(isOver: () => boolean): boolean {
    let isMyTurn = true;
    while (this.frames > 0 && isMyTurn) {
      this.frames -= 1;
      now += this.frameMs;
      served.push(this.name);
      isMyTurn = !isOver();
    }
    return this.frames > 0;
  }
}

const user = () => new Account('user');

/** The event loop goes round once. */
async function round(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  served.push('|');
}

/** A few rounds in which `flooders` always have more. */
async function flood(flooders: readonly Reader[], rounds = 20): Promise<void> {
  for (let count = 0; count < rounds; count++) {
    for (const flooder of flooders) flooder.receive(1_000 - flooder.frames);
    await round();
  }
  served = [];
}

test('whoever asks while nobody waits is served at once', () => {
  new Reader('a', user()).receive(3);
  expect(served).toEqual(['a', 'a', 'a']);
});

test('the event loop goes on when the time of a turn is up, and the rest comes in the next ones', async () => {
  const reader = new Reader('a', user(), TURN_MS / 4);
  reader.receive(10);
  expect(served).toHaveLength(4);
  await round();
  expect(served.slice(4)).toEqual(['a', 'a', 'a', 'a', '|']);
  await round();
  expect(served.slice(9)).toEqual(['a', 'a', '|']);
});

test('no connection hands out more frames than its share before it is another’s turn', async () => {
  const [a, b] = [new Reader('a', user(), 0), new Reader('b', user(), 0)];
  a.receive(2 * MAX_FRAMES_PER_TURN);
  b.receive(1);
  await round();
  expect(served.indexOf('b')).toBeLessThanOrEqual(MAX_FRAMES_PER_TURN);
});

test('one frame that takes long costs no more than itself', async () => {
  const [slow, quick] = [new Reader('slow', user(), 50), new Reader('quick', user())];
  slow.receive(3);
  expect(served).toEqual(['slow']);
  await round();
  quick.receive(1);
  expect(served).toEqual(['slow', 'slow', '|', 'quick']);
});

test('who asks now and then comes before those who always have more, however many these are', async () => {
  const flooders = Array.from({ length: 100 }, (_, index) => new Reader(`flood ${index}`, user(), 1));
  const person = new Reader('person', user(), 5);
  // Each has had a turn: before its first one nobody can know that it always has more.
  await flood(flooders, 200);
  for (let question = 0; question < 20; question++) {
    now += 200;
    for (const flooder of flooders) flooder.receive(1_000 - flooder.frames);
    served = [];
    person.receive(1);
    await round();
    // One flooder may be served in the same turn before; no more.
    expect(served.indexOf('person')).toBeLessThanOrEqual(TURN_MS);
    expect(served).toContain('person');
  }
});

test('of those who always have more, whoever has used less comes first, and nobody is left out', async () => {
  const [greedy, modest] = [new Reader('greedy', user(), 1.5), new Reader('modest', user(), 0.1)];
  for (let count = 0; count < 200; count++) {
    greedy.receive(100 - greedy.frames);
    modest.receive(100 - modest.frames);
    await round();
  }
  const time = (reader: Reader) => served.filter((name) => name === reader.name).length * reader.frameMs;
  expect(time(greedy)).toBeGreaterThan(0);
  expect(time(modest)).toBeGreaterThan(time(greedy) / 4);
  expect(time(greedy)).toBeGreaterThan(time(modest) / 4);
});

test('many connections of one user have no more time than one of another', async () => {
  const crowd = user();
  const many = Array.from({ length: 50 }, (_, index) => new Reader(`many ${index}`, crowd, 1));
  const single = new Reader('single', user(), 1);
  await flood([...many, single]);
  for (let count = 0; count < 100; count++) {
    for (const reader of [...many, single]) reader.receive(100 - reader.frames);
    await round();
  }
  const of = (name: string) => served.filter((one) => one.startsWith(name)).length;
  expect(of('single')).toBeGreaterThan(of('many') / 4);
});

test('a stranger comes after users who have used as much', async () => {
  const [stranger, somebody] = [new Reader('stranger', new Account('stranger')), new Reader('user', user())];
  const busy = new Reader('busy', user(), TURN_MS);
  busy.receive(1);
  stranger.receive(1);
  somebody.receive(1);
  expect(served).toEqual(['busy']);
  await round();
  expect(served).toEqual(['busy', 'user', 'stranger', '|']);
});

test('who comes first never waits, not when the time is up either', async () => {
  const flooder = new Reader('flood', user(), TURN_MS);
  await flood([flooder]);
  flooder.receive(1_000);
  served = [];
  const link = new Reader('link', new Account('first'), 100);
  link.receive(1);
  link.receive(1);
  expect(served).toEqual(['link', 'link']);
});

test('what is due at the end of a turn is done before those that wait have theirs', async () => {
  const flooder = new Reader('flood', user(), TURN_MS);
  flooder.receive(5);
  turns.atEnd(() => served.push('due'));
  await round();
  expect(served).toEqual(['flood', 'due', 'flood', '|']);
});

test('a connection that has nothing left when its turn comes is passed over', async () => {
  const [a, b] = [new Reader('a', user(), TURN_MS), new Reader('b', user())];
  a.receive(1);
  b.receive(1);
  b.frames = 0;
  await round();
  expect(served).toEqual(['a', '|']);
  b.receive(1);
  expect(served).toEqual(['a', '|', 'b']);
});

describe('accounts', () => {
  test('are shared by those of one name and one standing, and kept as long as anybody has one', () => {
    const accounts = new Accounts();
    const first = accounts.take('ann', 'user');
    expect(accounts.take('ann', 'user')).toBe(first);
    expect(accounts.take('ann', 'stranger')).not.toBe(first);
    accounts.giveBack('ann', 'user');
    expect(accounts.take('ann', 'user')).toBe(first);
    accounts.giveBack('ann', 'user');
    accounts.giveBack('ann', 'user');
    accounts.giveBack('ann', 'stranger');
    expect(accounts.size).toBe(0);
  });
});

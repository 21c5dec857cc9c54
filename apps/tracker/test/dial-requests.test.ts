/** Who is asked to dial: a sharer here, or by the other tracker; and how often. */
import {
  type DeviceId,
  DIAL_REQUESTS_WINDOW_MS,
  type DialRequest,
  MAX_DIAL_REQUESTS_PER_DEVICE,
  MAX_DIAL_REQUESTS_PER_SHARER,
  type SyncDial,
} from '@p2p/protocol';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { DialRequests } from '../src/client-connections/dial-requests.js';

const deviceOf = (digit: string) => digit.repeat(64) as DeviceId;
const [sharer, asking] = [deviceOf('a'), deviceOf('b')];
const address = { host: '192.0.2.7', port: 4_001 };

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

/** Two trackers that are linked, and what each has pushed to the sharer. */
function cluster() {
  const [one, two] = [new DialRequests(), new DialRequests()];
  const carried: SyncDial[] = [];
  const linkTo = (other: DialRequests) => ({
    broadcastDial: (message: SyncDial) => {
      carried.push(message);
      other.pass(message);
    },
  });
  one.start(linkTo(two));
  two.start(linkTo(one));
  return { one, two, carried };
}

function connect(tracker: DialRequests, id = sharer) {
  const pushed: DialRequest[] = [];
  const device = { id, push: (message: DialRequest) => pushed.push(message) };
  tracker.add(device);
  return { device, pushed };
}

const told: DialRequest = { type: 'dial_request', device: asking, address };

test('a sharer that is connected here is asked, and nobody else', () => {
  const { one, carried } = cluster();
  const { pushed } = connect(one);
  const other = connect(one, deviceOf('c'));
  expect(one.ask(sharer, asking, address)).toBe(true);
  expect([pushed, other.pushed, carried]).toEqual([[told], [], []]);
});

test('one that is connected to the other tracker is asked by that one', () => {
  const { one, two, carried } = cluster();
  const { pushed } = connect(two);
  expect(one.ask(sharer, asking, address)).toBe(true);
  expect(pushed).toEqual([told]);
  expect(carried, 'it goes no further').toHaveLength(1);
});

test('the newest connection of a device is the one that is asked, and none once it has gone', () => {
  const { one } = cluster();
  const [old, newer] = [connect(one), connect(one)];
  one.ask(sharer, asking, address);
  one.remove(old.device);
  one.ask(sharer, asking, address);
  expect([old.pushed, newer.pushed]).toEqual([[], [told, told]]);
  one.remove(newer.device);
  one.ask(sharer, asking, address);
  expect(newer.pushed).toHaveLength(2);
});

test('a device asks so often, then at an even pace', () => {
  const { one, two } = cluster();
  connect(two);
  const ask = () => one.ask(sharer, asking, address);
  for (let index = 0; index < MAX_DIAL_REQUESTS_PER_DEVICE; index++) expect(ask()).toBe(true);
  expect(ask()).toBe(false);
  vi.advanceTimersByTime(DIAL_REQUESTS_WINDOW_MS / MAX_DIAL_REQUESTS_PER_DEVICE);
  expect([ask(), ask()]).toEqual([true, false]);
});

test('a sharer is asked so often, whoever asks, and at whichever tracker', () => {
  const { one, two } = cluster();
  const { pushed } = connect(two);
  for (let index = 0; index < 2 * MAX_DIAL_REQUESTS_PER_SHARER; index++) {
    (index % 2 === 0 ? one : two).ask(sharer, index.toString(16).padStart(64, '0') as DeviceId, address);
  }
  expect(pushed).toHaveLength(MAX_DIAL_REQUESTS_PER_SHARER);
});

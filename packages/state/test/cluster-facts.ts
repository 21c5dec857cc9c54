/** What tests of several trackers ask for and look at. */
import { expect } from 'vitest';
import { userByName } from '../src/index.js';
import type { Network } from './network.js';
import type { Device, PlainCommand } from './world.js';

export const createUser = (user: string): PlainCommand => ({
  type: 'create_user',
  user,
  credential: `hash of ${user}`,
});

/** All trackers hold the same, and have folded it. */
export function expectAlike({ trackers: [first, ...others] }: Network): void {
  for (const other of others) expect(other.summary()).toEqual(first?.summary());
}

/** The names of all users, at each tracker. */
export function usersOf(network: Network): string[][] {
  return network.trackers.map(({ replica }) => [...replica.state.userNames.entries()].map(([name]) => name).sort());
}

/** Makes a user where there is none of that name, and logs a device in, at tracker 1. */
export function logIn(network: Network, device: Device, name: string): void {
  network.request(1, device, createUser(name));
  network.settle();
  const user = userByName(network.tracker(1).replica.state, name);
  if (user === undefined) throw new Error(`no user ${name}`);
  const { id, credentialVersion } = user;
  const session = device.nextSession();
  const expires = network.now + 1_000_000;
  network.request(1, device, { type: 'login', user: id, credentialVersion, session, expires });
  network.settle();
  Object.assign(device, { user: id, session });
}

/** What tests of several trackers ask for and look at. */
import { expect } from 'vitest';
import type { Network } from './network.js';
import type { PlainCommand } from './world.js';

export const createUser = (user: string): PlainCommand => ({
  type: 'create_user',
  user,
  credential: `hash of ${user}`,
});

/** All trackers hold the same. */
export function expectAlike({ trackers: [first, ...others] }: Network): void {
  for (const other of others) expect(other.summary()).toEqual(first?.summary());
}

/** The names of all users, at each tracker. */
export function usersOf(network: Network): string[][] {
  return network.trackers.map(({ replica }) => [...replica.state.userNames.entries()].map(([name]) => name).sort());
}

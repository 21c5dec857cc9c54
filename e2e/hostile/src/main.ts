/**
 * A crowd as a process of its own, behind everybody else: what is measured beside it is the tracker, not its own
 * appetite. `node main.js <port> <connections> <folder of keys> [kind …]` says `arrived` when all have, and ends with its
 * standard input, after a line with what they did.
 */
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { loadOrCreateIdentity } from '@p2p/transport';
import { type AttackKind, attackKinds, Crowd } from './crowd.js';

/** Nobody is attacked for longer. */
const MAX_MS = 10 * 60_000;

const [port, connections, folder = '.', token = '', ...kinds] = process.argv.slice(2);

async function identity(name: string) {
  const loaded = await loadOrCreateIdentity(join(folder, `${name}.key`));
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded.identity;
}

setPriority(constants.priority.PRIORITY_LOW);
const target = {
  port: Number(port),
  stranger: await identity('stranger'),
  member: await identity('member'),
  token: Buffer.from(token, 'hex'),
};
const chosen = kinds.length === 0 ? attackKinds : (kinds as AttackKind[]);
const crowd = new Crowd(target, Number(connections), chosen);
void crowd.arrived().then(() => process.stdout.write('arrived\n'));
const end = (): void => {
  process.stdout.write(`${JSON.stringify(crowd.tallies)}\n`, () => process.exit(0));
};
process.stdin.resume().on('end', end);
setTimeout(end, MAX_MS);

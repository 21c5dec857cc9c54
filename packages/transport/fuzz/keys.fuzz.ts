/** Key files, as another tracker hands them on or a person edits them: read as they are written, or not at all. */
import { type Dice, hold, mutateBytes, notableText, type Target } from '@p2p/fuzzing';
import { formatKeyHistory, isLoopback, networkOf, parseKeyHistory } from '../src/index.js';

/** A key of 32 bytes that are all the same (RFC 8410). */
function pemOf(byte: number): string {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, byte)]);
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
}

const MAX_KEY_FILE_BYTES = 16_384;
const ids = [1, 2, 3].map((byte) => parseKeyHistory(pemOf(byte))?.first ?? '');

function keyFile(dice: Dice): string {
  const count = 1 + dice.below(3);
  const blocks = Array.from({ length: count }, (_, index) => {
    const since = `since=${new Date(1_700_000_000_000 - index * 1_000).toISOString()}\n`;
    return `${index === count - 1 && dice.chance(0.8) ? '' : since}${pemOf(1 + index)}`;
  });
  const first = dice.chance(0.6) ? `cluster=sha256:${ids[dice.chance(0.8) ? count - 1 : 0]}\n` : '';
  return `${dice.chance(0.1) ? `${notableText(dice)}\n` : ''}${first}${blocks.join('')}`;
}

const keyFiles: Target = {
  name: 'key-files',
  kind: 'decoder',
  executions: 50_000,
  maxBytes: MAX_KEY_FILE_BYTES,
  generate: (dice) => new Uint8Array(Buffer.from(keyFile(dice))),
  mutate: (dice, parents) => mutateBytes(dice, parents, MAX_KEY_FILE_BYTES),
  run: (input) => {
    const history = parseKeyHistory(Buffer.from(input).toString());
    if (history === undefined) return false;
    hold(history.keys.length > 0, 'a key file has a key');
    const again = parseKeyHistory(formatKeyHistory(history));
    hold(JSON.stringify(again) === JSON.stringify(history), 'a key file is read as it is written');
    return true;
  },
};

const networks: Target = {
  name: 'networks',
  kind: 'decoder',
  executions: 200_000,
  maxBytes: 300,
  generate: (dice) => {
    const parts = ['::1', '127.0.0.1', '::ffff:10.0.0.1', 'fe80::1%eth0', '2001:db8::', '10.1.2.3', ':', '%'];
    return new Uint8Array(Buffer.from(dice.pick(parts) + (dice.chance(0.3) ? notableText(dice, 2) : '')));
  },
  run: (input) => {
    const host = Buffer.from(input).toString();
    const network = networkOf(host);
    hold(networkOf(host) === network, 'an address is always of the same network');
    return isLoopback(host) || network !== host;
  },
};

export const targets: readonly Target[] = [keyFiles, networks];

/** tracker_info.txt, and addresses as people write them. */
import { type Dice, hold, notableText, type Target } from '@p2p/fuzzing';
import {
  formatAddress,
  MAX_HOST_BYTES,
  MAX_TRACKERS,
  parseAddress,
  parseTrackerInfo,
  peerAddress,
} from '../src/index.js';

/** The size from which `@p2p/command-line` takes no file for a tracker_info.txt. */
const MAX_FILE_BYTES = 64 * 1024;

const hosts = ['127.0.0.1', 'localhost', 'a.example', '[::1]', '[fe80::1%eth0]', '256.1.1.1', '1.2.3', 'a_b', '-a', ''];
const ports = ['9909', '1', '65535', '65536', '0', '00', '', 'x'];
const asBytes = (text: string) => new Uint8Array(Buffer.from(text));
const asText = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function address(dice: Dice): string {
  const host = dice.chance(0.9) ? dice.pick(hosts.slice(0, dice.chance(0.7) ? 5 : hosts.length)) : notableText(dice);
  const port = dice.chance(0.7) ? String(1 + dice.below(65_535)) : dice.pick(ports);
  return `${host}${dice.pick([':', ':', ':', ' ', '\n', ''])}${port}`;
}

/** As an operator writes it. */
function tidyLine(dice: Dice): string {
  const host = dice.pick(['10.0.0.1', '10.0.0.2', 'a.example', 'b-1.example', '[::1]', '[fe80::1%eth0]', 'LOCALHOST']);
  const key = dice.chance(0.2) ? ` fingerprint=sha256:${'a'.repeat(64)}` : '';
  return `${host}${dice.pick([':', ' '])}${9_000 + dice.below(100)}${key}${dice.pick(['', '', '  # here'])}`;
}

function line(dice: Dice): string {
  const fingerprint = `fingerprint=sha256:${dice.pick(['a', 'B', '0', 'g']).repeat(dice.pick([64, 64, 64, 63]))}`;
  const parts = [
    dice.chance(0.9) ? address(dice) : '',
    dice.chance(0.2) ? fingerprint : '',
    dice.chance(0.1) ? `# ${notableText(dice)}` : '',
  ];
  return parts.filter((part) => part !== '').join(dice.pick([' ', ' ', '\t']));
}

function file(dice: Dice): string {
  const make = dice.chance(0.7) ? tidyLine : line;
  const lines = Array.from({ length: dice.size(20) + 1 }, () => make(dice));
  return dice.pick(['', '', '\ufeff']) + lines.join(dice.pick(['\n', '\n', '\r\n', '\r']));
}

const trackerInfo: Target = {
  name: 'tracker-info',
  kind: 'decoder',
  executions: 500_000,
  maxBytes: MAX_FILE_BYTES,
  generate: (dice) => asBytes(file(dice)),
  run: (input) => {
    const info = parseTrackerInfo(asText(input));
    if (!info.ok) {
      const lines = asText(input).split(/\r\n|\n|\r/).length;
      hold(info.line >= 1 && info.line <= lines && info.message !== '', 'a refusal names one of the lines');
      hold(!/[\r\n]/.test(info.message), 'a refusal is one line');
      return false;
    }
    const { trackers, fingerprint } = info;
    hold(trackers.length >= 1 && trackers.length <= MAX_TRACKERS, 'there are trackers, and not too many');
    hold(
      trackers.every(({ number }, index) => number === index + 1),
      'trackers are numbered from 1',
    );
    const written = trackers.map((tracker) => formatAddress(tracker));
    hold(new Set(written.map((each) => each.toLowerCase())).size === written.length, 'no tracker is named twice');
    const key = fingerprint === undefined ? '' : ` fingerprint=sha256:${fingerprint}`;
    const again = parseTrackerInfo(written.map((each) => `${each}${key}\n`).join(''));
    hold(JSON.stringify(again) === JSON.stringify(info), 'a file that is read is the same when it is written again');
    return true;
  },
};

const addresses: Target = {
  name: 'addresses',
  kind: 'decoder',
  executions: 500_000,
  maxBytes: 2_000,
  generate: (dice) => asBytes(dice.chance(0.5) ? `[::1]:${dice.below(70_000)}` : address(dice)),
  run: (input) => {
    const text = asText(input);
    const parsed = parseAddress(text, { anyPort: true });
    if (!parsed.ok) {
      hold(parsed.message !== '', 'a refusal says why');
      return false;
    }
    const { host, port } = parsed.address;
    hold(host.length <= MAX_HOST_BYTES && port >= 0 && port <= 65_535, 'an address is within its bounds');
    const again = parseAddress(formatAddress(parsed.address), { anyPort: true });
    hold(again.ok && again.address.host === host && again.address.port === port, 'an address is read as it is written');
    hold(port === 0 || peerAddress.safeParse(parsed.address).success, 'an address can be told to others');
    return true;
  },
};

export const targets: readonly Target[] = [trackerInfo, addresses];

/** `list_devices`: where the user is logged in. */
import type { DeviceRow } from '@p2p/peer';
import { table } from '../human-output.js';
import { command } from './command.js';

/** As much of a device's id as is enough for `revoke_device`, and more. Hex digits. */
const SHOWN_DEVICE_DIGITS = 12;

export const listDevices = command({
  name: 'list_devices',
  summary: 'the devices on which you are logged in',
  run: ({ peer }) => peer.listDevices(),
  text: ({ devices }) => table(['DEVICE', 'NAME', 'LAST SEEN', ''], devices.map(cells), 'you are logged in nowhere'),
});

function cells({ device, name, lastSeen, current }: DeviceRow): string[] {
  return [device.slice(0, SHOWN_DEVICE_DIGITS), name ?? '', lastSeen, current ? 'this one' : ''];
}

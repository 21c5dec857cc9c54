/** What this device is called where its user is shown his devices. */
import { hostname } from 'node:os';
import { checkDeviceName } from '@p2p/protocol';

/** The chosen name, or else the machine's; undefined where that can't be shown. */
export function nameOfDevice(chosen: string | undefined): string | undefined {
  const check = checkDeviceName(chosen ?? hostname());
  return check.ok ? check.name : undefined;
}

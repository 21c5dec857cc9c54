/** A device's config.xml: as Syncthing is without settings, but for what would look beyond this machine. */
import type { Host } from '../../contenders/host.js';

export const FOLDER = 'shared';
/** Anything: the interface listens on the loopback address alone, for as long as a round takes. */
export const INTERFACE_KEY = 'p2p-bench';

export interface Device {
  readonly id: string;
  readonly host: Host;
  /** Absolute paths. */
  readonly home: string;
  readonly folder: string;
  /** Addresses with ports. */
  readonly sync: string;
  readonly interface: string;
}

const offByDefault = [
  'globalAnnounceEnabled',
  'localAnnounceEnabled',
  'relaysEnabled',
  'natEnabled',
  'startBrowser',
  'crashReportingEnabled',
];

export function configurationOf(device: Device, all: readonly Device[]): string {
  const members = all.map(({ id }) => `<device id="${id}"/>`).join('');
  const devices = all.map(
    ({ id, sync }) => `<device id="${id}" name="${id}"><address>tcp://${sync}</address></device>`,
  );
  const options = offByDefault.map((name) => `<${name}>false</${name}>`).join('');
  return `<configuration version="36">
  <folder id="${FOLDER}" label="${FOLDER}" path="${device.folder}" type="sendreceive" rescanIntervalS="3600" fsWatcherEnabled="false">
    ${members}
  </folder>
  ${devices.join('')}
  <gui enabled="true" tls="false"><address>${device.interface}</address><apikey>${INTERFACE_KEY}</apikey></gui>
  <options><listenAddress>tcp://${device.sync}</listenAddress>${options}
    <urAccepted>-1</urAccepted><autoUpgradeIntervalH>0</autoUpgradeIntervalH><reconnectionIntervalS>1</reconnectionIntervalS>
    <stunKeepaliveStartS>0</stunKeepaliveStartS>
  </options>
</configuration>
`;
}

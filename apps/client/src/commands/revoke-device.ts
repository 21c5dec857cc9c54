/** `revoke_device`: logs the user out on another device, or on this one. */
import { replicationNote, sentence } from '../human-output.js';
import { command } from './command.js';

export const revokeDevice = command({
  name: 'revoke_device',
  summary: 'log out on a device, named by its first digits in list_devices',
  required: ['device'],
  run: ({ peer }, { device }) => peer.revokeDevice(device),
  text: (result) => sentence`you are logged out on device ${result.device}` + replicationNote(result),
});

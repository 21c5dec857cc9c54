/** What crosses a wire: frames, messages, error codes, limits. Pure: no sockets, no clock, no dice. */
export * from './addresses.js';
export * from './client-messages.js';
export * from './codec.js';
export * from './errors.js';
export {
  type DeviceName,
  deviceName,
  type FileName,
  fileName,
  type GroupName,
  groupName,
  type PeerAddress,
  peerAddress,
  type UserName,
  userName,
} from './fields.js';
export * from './frames.js';
export * from './identifiers.js';
export * from './limits.js';
export * from './names.js';
export * from './operations.js';
export * from './operator-messages.js';
export * from './peer-messages.js';
export * from './pushed-messages.js';
export * from './sync-messages.js';
export * from './tracker-info.js';

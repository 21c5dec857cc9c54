/**
 * The closed tables of what can go wrong. An {@link ErrorCode} is an answer: the connection and the session go on. A
 * {@link ViolationCode} closes the connection: the other side broke the protocol and nothing it says later counts.
 */

/** Every code that a command can be refused with, and what to tell a person who meets it without further detail. */
export const errorMessages = {
  bad_request: 'the request is not understood',
  unknown_command: 'there is no such command',
  not_logged_in: 'not logged in – use: login <user>',
  already_logged_in: 'already logged in – use: logout',
  wrong_password: 'wrong user or password',
  too_many_attempts: 'too many wrong passwords – try again later',
  no_such_user: 'there is no such user',
  no_such_group: 'there is no such group – use: list_groups',
  no_such_file: 'there is no such file in the group – use: list_files <group>',
  no_such_request: 'this user has not asked to join',
  no_such_download: 'there is no such download – use: show_downloads',
  already_exists: 'the name is taken',
  already_member: 'already a member of the group',
  already_requested: 'already asked to join; an owner of the group has to accept',
  already_owner: 'already an owner of the group',
  not_a_member: 'not a member of the group – use: join_group <group>',
  not_an_owner: 'only an owner of the group may do this',
  last_owner: 'a group keeps at least one owner – use: add_owner first, or delete_group',
  invalid_name: 'the name is not allowed',
  file_unreadable: 'the file cannot be read',
  file_changed: 'the file has changed while it was read',
  destination_exists: 'the destination exists already – choose another, or move it away',
  destination_unwritable: 'the destination cannot be written',
  disk_full: 'the disk is full',
  no_peers: 'nobody who has the file answered',
  timed_out: 'it took too long',
  verification_failed: 'what the peers sent is not the file',
  no_tracker: 'no tracker answers',
  identity_changed: 'the trackers show another key than the one this client knows',
  limit_reached: 'a limit is reached',
  internal: 'an internal error; the log of the program says more',
} as const;

export type ErrorCode = keyof typeof errorMessages;

export const errorCodes = Object.keys(errorMessages) as [ErrorCode, ...ErrorCode[]];

/** An expected failure: a value that is answered, never thrown. */
export interface Refusal {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly message: string;
}

/** Makes a refusal, with the table's message where the caller has nothing more precise to say. */
export function refusal(code: ErrorCode, message: string = errorMessages[code]): Refusal {
  return { ok: false, code, message };
}

/** Reasons to close a connection at once. */
export const violationMessages = {
  frame_too_large: 'a frame is longer than this state of the connection allows',
  frame_empty: 'a frame is empty',
  malformed_message: 'a message cannot be decoded or does not fit its schema',
  unexpected_message: 'a message came that is not allowed now',
  unsupported_version: 'the other side speaks another version of the protocol',
  no_identity: 'the other side showed no key',
  wrong_identity: 'the other side showed another key than expected',
  no_grant: 'the other side showed no grant that is good here',
  hello_timeout: 'no hello in time',
  silence: 'nothing was heard in time',
  too_slow: 'the other side does not take what is sent to it',
} as const;

export type ViolationCode = keyof typeof violationMessages;

/** The table of error codes is closed: scripts rely on every code, and on there being no other. */
import { expect, test } from 'vitest';
import { errorCodes, errorMessages, refusal } from '../src/index.js';

const contract = `
  bad_request unknown_command not_logged_in already_logged_in wrong_password too_many_attempts no_such_user
  no_such_group no_such_file no_such_request no_such_download already_exists already_member already_requested
  already_owner not_a_member not_an_owner last_owner invalid_name file_unreadable file_changed destination_exists
  destination_unwritable disk_full no_peers timed_out verification_failed no_tracker identity_changed limit_reached
  internal
`;

test('the codes are those of the contract, no more and no fewer', () => {
  expect([...errorCodes].sort()).toEqual(contract.trim().split(/\s+/).sort());
});

test('every code has a sentence for a person, on one line', () => {
  for (const code of errorCodes) expect(errorMessages[code]).toMatch(/^[a-z][^\n]{5,80}$/);
});

test('a refusal has the sentence of the table, or a better one', () => {
  expect(refusal('disk_full')).toEqual({ ok: false, code: 'disk_full', message: errorMessages.disk_full });
  expect(refusal('disk_full', '/mnt is full')).toEqual({ ok: false, code: 'disk_full', message: '/mnt is full' });
});

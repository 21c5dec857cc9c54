/** Refusals that concern users, log-ins and passwords. */
import { passwordOf } from '@p2p/harness';
import type { RefusalCase } from './refusal-case.js';

const right = passwordOf('ana');

export const accountCases: readonly RefusalCase[] = [
  { by: 'stranger', line: `create_user ana ${right}`, code: 'already_exists' },
  { by: 'ana', line: `create_user ben ${right}`, code: 'already_exists', because: 'a log-in makes no difference' },
  { by: 'stranger', line: 'create_user eva 1234567', code: 'bad_request', because: '7 bytes are too few' },
  { by: 'stranger', line: "create_user eva ''", code: 'bad_request' },
  { by: 'stranger', line: `create_user eva ${'x'.repeat(1025)}`, code: 'bad_request', because: '1,025 are too many' },
  { by: 'stranger', line: `create_user ana ${'x'.repeat(7)}`, code: 'bad_request', because: 'before already_exists' },
  { by: 'stranger', line: `create_user ana~2 ${right}`, code: 'invalid_name', because: 'merges give such names' },

  { by: 'stranger', line: 'login ana wrong', code: 'wrong_password', because: 'of any length' },
  { by: 'stranger', line: `login ana ${'x'.repeat(5000)}`, code: 'wrong_password', because: 'of any length' },
  { by: 'stranger', line: `login nobody ${right}`, code: 'wrong_password', because: 'nobody learns who exists' },
  { by: 'stranger', line: `login ana~2 ${right}`, code: 'wrong_password', because: 'such a name may exist' },

  { by: 'ana', line: `login ana ${right}`, code: 'already_logged_in' },
  { by: 'ana', line: `login ben ${right}`, code: 'already_logged_in', because: 'as anybody' },
  { by: 'ana', line: 'login ana wrong', code: 'already_logged_in', because: 'the session comes first' },

  { by: 'ana', line: 'change_password wrong longenough', code: 'wrong_password', because: 'of any length' },
  { by: 'ana', line: "change_password '' longenough", code: 'wrong_password', because: 'of any length' },
  { by: 'ana', line: `change_password ${right} 1234567`, code: 'bad_request' },
  { by: 'ana', line: `change_password ${right} ${'x'.repeat(1025)}`, code: 'bad_request' },
  { by: 'ana', line: 'revoke_device 00000000', code: 'bad_request', because: 'no device begins so' },
  { by: 'ana', line: `revoke_device ${'0'.repeat(64)}`, code: 'bad_request', because: 'it is no device of hers' },
  { by: 'ana', line: 'change_password wrong 1234567', code: 'bad_request', because: 'before wrong_password' },
];

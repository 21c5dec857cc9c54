/** Refusals that concern groups and their members. */
import type { RefusalCase } from './refusal-case.js';

/** Commands of a group alone, and of a group and a user. */
const membersOnly = ['leave_group', 'list_members', 'list_files'];
const ownersOnly = ['list_requests', 'delete_group'];
const ownersOnMembers = ['accept_request', 'reject_request', 'remove_member', 'add_owner', 'remove_owner'];

const byStanding = [
  ...[...membersOnly, ...ownersOnly].flatMap((command): RefusalCase[] => [
    { by: 'ana', line: `${command} nowhere`, code: 'no_such_group' },
    { by: 'ana', line: `${command} nowhere~2`, code: 'no_such_group', because: 'such a name may exist' },
    { by: 'cleo', line: `${command} films`, code: 'not_a_member' },
    { by: 'dora', line: `${command} films`, code: 'not_a_member', because: 'to have asked is not enough' },
  ]),
  ...ownersOnly.map((command): RefusalCase => ({ by: 'ben', line: `${command} films`, code: 'not_an_owner' })),
  ...ownersOnMembers.flatMap((command): RefusalCase[] => [
    { by: 'ana', line: `${command} nowhere nobody`, code: 'no_such_group', because: 'before no_such_user' },
    { by: 'cleo', line: `${command} films nobody`, code: 'not_a_member', because: 'before no_such_user' },
    { by: 'cleo', line: `${command} films cleo`, code: 'not_a_member', because: 'it speaks of the actor' },
    { by: 'ben', line: `${command} films nobody`, code: 'not_an_owner', because: 'before no_such_user' },
    { by: 'ben', line: `${command} films dora`, code: 'not_an_owner' },
    { by: 'ana', line: `${command} films nobody`, code: 'no_such_user' },
    { by: 'ana', line: `${command} films nobody~2`, code: 'no_such_user', because: 'such a name may exist' },
  ]),
];

export const groupCases: readonly RefusalCase[] = [
  ...byStanding,
  { by: 'ben', line: 'create_group films', code: 'already_exists' },
  { by: 'ben', line: 'create_group films~2', code: 'invalid_name', because: 'merges give such names' },
  { by: 'cleo', line: 'join_group nowhere', code: 'no_such_group' },
  { by: 'ana', line: 'join_group films', code: 'already_member' },
  { by: 'ben', line: 'join_group films', code: 'already_member' },
  { by: 'dora', line: 'join_group films', code: 'already_requested' },

  { by: 'ana', line: 'accept_request films cleo', code: 'no_such_request', because: 'cleo never asked' },
  { by: 'ana', line: 'reject_request films cleo', code: 'no_such_request', because: 'cleo never asked' },
  { by: 'ana', line: 'remove_member films cleo', code: 'no_such_user', because: 'cleo is not in the group' },
  { by: 'ana', line: 'remove_member films dora', code: 'no_such_user', because: 'dora has only asked' },
  { by: 'ana', line: 'add_owner films cleo', code: 'no_such_user', because: 'cleo is not in the group' },
  { by: 'ana', line: 'remove_owner films cleo', code: 'no_such_user', because: 'cleo is not in the group' },
  { by: 'ana', line: 'add_owner films ana', code: 'already_owner' },
  { by: 'ana', line: 'remove_owner films ben', code: 'not_an_owner', because: 'here it speaks of ben' },
  { by: 'ana', line: 'remove_owner films ana', code: 'last_owner' },
];

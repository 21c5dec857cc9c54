/** Refusals of lines that are wrong by themselves. They come first: before the session, and before anything is looked up. */
import type { RefusalCase } from './refusal-case.js';

const first = 'what is wrong with the line comes before the session';

/** Every command of this version with its words, as the contract writes them. */
const usages = [
  'create_user <user> <password>',
  'login <user> <password>',
  'logout',
  'whoami',
  'change_password <old> <new>',
  'list_devices',
  'revoke_device <device>',
  'create_group <group>',
  'join_group <group>',
  'leave_group <group>',
  'list_requests <group>',
  'accept_request <group> <user>',
  'reject_request <group> <user>',
  'remove_member <group> <user>',
  'add_owner <group> <user>',
  'remove_owner <group> <user>',
  'delete_group <group>',
  'list_groups',
  'list_members <group>',
  'upload_file <path> <group> [--as NAME]',
  'list_files <group>',
  'download_file <group> <file> <destination>',
  'show_downloads',
  'explain <group> <file>',
  'pause <group> <file>',
  'resume <group> <file>',
  'cancel <group> <file>',
  'limit <up|down|running> <limit> [group] [file]',
  'stop_share <group> <file>',
  'remove_file <group> <file>',
  'trackers',
  'wait [seconds]',
  'help [command]',
  'quit',
];

/** Commands that need no log-in; all the others are refused without one. */
const withoutLogin = new Set(['create_user', 'login', 'trackers', 'show_downloads', 'limit', 'wait', 'help', 'quit']);

/** A line with right words for each placeholder of `usage`. */
function fittingLine(usage: string): string {
  return usage
    .replace(/ \[.*$/, '')
    .replace('<old> <new>', 'longenough longenough')
    .replace('<device>', '0123abcd')
    .replace('<up|down|running> <limit>', 'up 0')
    .replaceAll(/<(\w+)>/g, '$1');
}

/** One word too few and one too many for each command; both are told the usage. */
export const wordCounts = usages.flatMap((usage): [line: string, usage: string][] => {
  const name = usage.split(' ', 1)[0] ?? '';
  const line = fittingLine(usage);
  const tooMany = `${line}${usage.includes('[') ? ' 1 2 3' : ' 1'}`;
  const tooFew = line === name ? [] : [line.slice(0, line.lastIndexOf(' '))];
  return [...tooFew, tooMany].map((wrong) => [wrong, usage]);
});

const notLoggedIn = usages
  .filter((usage) => !withoutLogin.has(usage.split(' ', 1)[0] ?? ''))
  .map((usage): RefusalCase => ({ by: 'stranger', line: fittingLine(usage), code: 'not_logged_in' }));

export const syntaxCases: readonly RefusalCase[] = [
  { by: 'stranger', line: 'frobnicate', code: 'unknown_command' },
  { by: 'ana', line: 'Whoami', code: 'unknown_command', because: 'commands are compared exactly' },
  { by: 'stranger', line: 'wait soon', code: 'bad_request' },
  { by: 'stranger', line: 'wait -1', code: 'bad_request' },
  { by: 'stranger', line: 'limit sideways 0', code: 'bad_request' },
  { by: 'stranger', line: 'limit up fast', code: 'bad_request' },
  { by: 'stranger', line: 'limit down -1', code: 'bad_request' },
  { by: 'stranger', line: 'limit running 1k', code: 'bad_request' },
  {
    by: 'stranger',
    line: 'limit running 1 films',
    code: 'bad_request',
    because: 'files have no downloads of their own',
  },
  { by: 'stranger', line: 'limit up 0 films', code: 'bad_request', because: 'a group is no file' },
  { by: 'stranger', line: 'limit up fast a/b clip.bin', code: 'bad_request', because: 'before the names' },
  { by: 'stranger', line: 'limit up 0 a/b clip.bin', code: 'invalid_name', because: first },
  { by: 'stranger', line: 'limit up 0 films clip.bin', code: 'not_logged_in', because: 'names need somebody' },
  { by: 'stranger', line: 'limit up 1.5', code: 'bad_request', because: 'there are no half bytes' },
  { by: 'ana', line: 'upload_file clip.bin films --as', code: 'bad_request' },
  { by: 'ana', line: 'upload_file clip.bin films --at other.bin', code: 'bad_request' },
  { by: 'stranger', line: 'create_group a/b', code: 'invalid_name', because: first },
  { by: 'stranger', line: 'create_group films extra', code: 'bad_request', because: first },
  { by: 'stranger', line: "create_group ''", code: 'invalid_name', because: 'an empty word is a word' },
  { by: 'stranger', line: 'accept_request films a/b', code: 'invalid_name', because: first },
  { by: 'stranger', line: 'upload_file clip.bin films --as a/b', code: 'invalid_name', because: first },
  { by: 'stranger', line: 'change_password whatever short', code: 'bad_request', because: first },
  { by: 'stranger', line: 'revoke_device 0123abc', code: 'bad_request', because: first },
  { by: 'stranger', line: 'revoke_device phone', code: 'bad_request', because: first },
  { by: 'ana', line: 'login a/b whatever', code: 'invalid_name', because: 'and before already_logged_in' },
  { by: 'ana', line: 'join_group a:b', code: 'invalid_name', because: 'and before no_such_group' },
  { by: 'cleo', line: 'remove_file films a/b', code: 'invalid_name', because: 'and before not_a_member' },
  ...notLoggedIn,
  {
    by: 'stranger',
    line: 'upload_file missing.bin nowhere',
    code: 'not_logged_in',
    because: 'the session comes before the group and the path',
  },
];

/** Refusals that concern files: those of the group, and those of this machine, which come last. */
import type { RefusalCase } from './refusal-case.js';

const pathLast = 'the path on this machine comes last';

export const fileCases: readonly RefusalCase[] = [
  { by: 'ana', line: 'upload_file missing.bin films', code: 'file_unreadable' },
  { by: 'ana', line: 'upload_file missing/clip.bin films', code: 'file_unreadable' },
  { by: 'ana', line: 'upload_file clip.bin/clip.bin films', code: 'file_unreadable', because: 'a file is no folder' },
  { by: 'ana', line: 'upload_file folder films', code: 'file_unreadable', because: 'a folder is no file' },
  { by: 'ana', line: 'upload_file folder films --as folder.bin', code: 'file_unreadable' },
  { by: 'ana', line: 'upload_file missing.bin nowhere', code: 'no_such_group', because: pathLast },
  { by: 'cleo', line: 'upload_file missing.bin films', code: 'not_a_member', because: pathLast },
  { by: 'ana', line: 'upload_file clip.bin films --as notes.txt', code: 'already_exists' },
  { by: 'ana', line: 'upload_file clip.bin films --as clip~2.bin', code: 'invalid_name' },
  { by: 'ana', line: 'upload_file odd:name.bin films', code: 'invalid_name', because: 'the path ends in the name' },

  { by: 'ben', line: 'download_file nowhere clip.bin missing/', code: 'no_such_group', because: pathLast },
  { by: 'cleo', line: 'download_file films clip.bin missing/', code: 'not_a_member', because: pathLast },
  {
    by: 'cleo',
    line: 'download_file films nothing.bin missing/',
    code: 'not_a_member',
    because: 'before no_such_file',
  },
  { by: 'ben', line: 'download_file films nothing.bin missing/', code: 'no_such_file', because: pathLast },
  { by: 'ben', line: 'download_file films nothing~2.bin folder', code: 'no_such_file', because: 'it may exist' },
  { by: 'ben', line: 'download_file films ghost.bin missing/', code: 'already_exists', because: pathLast },
  { by: 'ben', line: 'download_file films clip.bin there.bin', code: 'destination_exists' },
  {
    by: 'ben',
    line: 'download_file films clip.bin full',
    code: 'destination_exists',
    because: 'a folder gets the name',
  },
  {
    by: 'ben',
    line: 'download_file films clip.bin full/',
    code: 'destination_exists',
    because: 'a folder gets the name',
  },
  {
    by: 'ben',
    line: 'download_file films clip.bin dangling',
    code: 'destination_exists',
    because: 'a link is something',
  },
  { by: 'ben', line: 'download_file films clip.bin missing/', code: 'destination_unwritable' },
  { by: 'ben', line: 'download_file films clip.bin missing/new.bin', code: 'destination_unwritable' },
  {
    by: 'ben',
    line: 'download_file films clip.bin there.bin/',
    code: 'destination_unwritable',
    because: 'not a folder',
  },
  { by: 'ben', line: 'download_file films clip.bin there.bin/new', code: 'destination_unwritable' },

  ...['explain', 'pause', 'resume', 'cancel', 'limit down 1k'].flatMap((command): RefusalCase[] => [
    { by: 'ana', line: `${command} nowhere clip.bin`, code: 'no_such_group' },
    { by: 'cleo', line: `${command} films nothing.bin`, code: 'not_a_member', because: 'before no_such_file' },
    { by: 'ben', line: `${command} films nothing.bin`, code: 'no_such_file', because: 'before no_such_download' },
    { by: 'ben', line: `${command} films clip.bin`, code: 'no_such_download', because: 'ben has not asked for it' },
  ]),
  { by: 'ana', line: 'explain films clip.bin', code: 'no_such_download', because: 'she shares it' },

  { by: 'ana', line: 'stop_share nowhere clip.bin', code: 'no_such_group' },
  { by: 'cleo', line: 'stop_share films clip.bin', code: 'not_a_member' },
  { by: 'ben', line: 'stop_share films nothing.bin', code: 'no_such_file' },
  { by: 'ben', line: 'stop_share films clip.bin', code: 'no_such_file', because: 'ben does not share it' },

  { by: 'ana', line: 'remove_file nowhere clip.bin', code: 'no_such_group' },
  { by: 'cleo', line: 'remove_file films clip.bin', code: 'not_a_member' },
  { by: 'ben', line: 'remove_file films nothing.bin', code: 'no_such_file' },
  { by: 'ben', line: 'remove_file films clip.bin', code: 'not_an_owner', because: 'it is ana’s file' },
];

/**
 * What came of the tests, for `.ci/run`. Usage:
 *
 *     node scripts/test-results.mjs files <results>             the test files in which something failed, a line each
 *     node scripts/test-results.mjs report <results> [<again>]  what failed, and how; then "<passed> <failed>"
 *
 * Results are vitest's, as JSON; `again` are those of the failed files once more, alone. What passed there has passed,
 * and is named: on two busy cores a program may wait longer for its turn than a test waits for it.
 */
import { existsSync, readFileSync } from 'node:fs';

/** Of the message of an error. */
const MOST_SHOWN = 2_000;

/**
 * @typedef {{ status: string, fullName: string, failureMessages?: string[] }} Assertion
 * @typedef {{ name: string, status: string, message?: string, assertionResults: Assertion[] }} TestFile
 */

/** @returns {TestFile[] | undefined} Undefined where the tests did not come to an end. */
function read(/** @type {string | undefined} */ path) {
  if (path === undefined || !existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, 'utf8')).testResults;
}

/** @param {TestFile} file */
const hasFailed = ({ status }) => status === 'failed';

/** What failed in a file; one that could not even be read has one failure. @param {TestFile} file */
function failuresOf({ name, message, assertionResults }) {
  const failed = assertionResults.filter(hasFailed);
  if (failed.length > 0) return failed.map((test) => ({ name: test.fullName, messages: test.failureMessages ?? [] }));
  return [{ name, messages: [message ?? ''] }];
}

/** @param {TestFile[]} files */
const passedIn = (files) =>
  files.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === 'passed').length;

/** @param {string} title @param {TestFile[]} files */
function show(title, files) {
  for (const file of files.filter(hasFailed)) {
    console.log(`${title}: ${file.name}`);
    for (const { name, messages } of failuresOf(file)) {
      console.log(`  ${name}\n    ${messages.join('\n').slice(0, MOST_SHOWN).replaceAll('\n', '\n    ')}`);
    }
  }
}

/** @param {TestFile[]} files @param {TestFile[] | undefined} again */
function report(files, again) {
  const failed = files.filter(hasFailed);
  show(again === undefined ? 'failed' : 'failed at first', failed);
  if (again !== undefined) show('failed alone, too', again);
  const counted = again === undefined ? files : [...files.filter((file) => !hasFailed(file)), ...again];
  const failures = counted.filter(hasFailed).flatMap(failuresOf).length;
  console.log(`${passedIn(counted)} ${failures}`);
}

const [what, path, pathAgain] = process.argv.slice(2);
const files = read(path);
if (what === 'files') for (const { name } of (files ?? []).filter(hasFailed)) console.log(name);
else if (files === undefined) console.log('0 1');
else report(files, read(pathAgain));

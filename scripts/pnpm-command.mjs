// @ts-check
/** How a script runs pnpm: under `npx pnpm` there is none on the PATH, and pnpm itself says where it is. */

/** @returns {[program: string, ...words: string[]]} */
export function pnpmCommand() {
  const path = process.env.npm_execpath ?? '';
  return /pnpm[^/\\]*\.c?js$/.test(path) ? [process.execPath, path] : ['pnpm'];
}

/** A password that is read out, written down and typed once: random, and without characters that look alike. */
import { randomInt } from 'node:crypto';

/** Small letters and digits but for `0` and `o`, `1`, `i` and `l`. */
const CHARACTERS = '23456789abcdefghjkmnpqrstuvwxyz';
const GROUPS = 4;
/** 20 characters out of 31 are 99 random bits: nobody guesses them, not even who has the hash. */
const GROUP_CHARACTERS = 5;

/** `kx7m2-9hqtd-c4wvz-e8npr` */
export function readablePassword(): string {
  return Array.from({ length: GROUPS }, readableGroup).join('-');
}

function readableGroup(): string {
  return Array.from({ length: GROUP_CHARACTERS }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join('');
}

/** A promise that was broken. */

export const rules = [
  'threw',
  'seq used twice',
  'digests differ',
  'invariants',
  'told of other links',
  'true too early',
  'false too early',
  'answered twice',
  'answer without a request',
  'final count went back',
  'unusable disk',
  'stuck',
  'not all final',
  'states differ',
  'history differs',
  'acknowledged is missing',
  'name changed',
  'acted twice',
  'model differs',
  'merged one by one',
  'built on nothing',
  'suffix in a race',
  'linked in spite of skew',
] as const;
export type Rule = (typeof rules)[number];

export class Violation extends Error {
  readonly rule: Rule;

  constructor(rule: Rule, what: string) {
    super(`${rule}: ${what}`);
    this.rule = rule;
  }
}

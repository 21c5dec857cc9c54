/** The accounts of all who are connected: by name, kept for as long as anybody has it. */
import { Account, type Standing } from './turns.js';

interface Kept {
  readonly account: Account;
  holders: number;
}

export class Accounts {
  readonly #kept = new Map<string, Kept>();

  get size(): number {
    return this.#kept.size;
  }

  /** To be given back. Whoever has the name already is the same, strangers and others being two kinds of names. */
  take(name: string, standing: Standing): Account {
    const key = `${standing} ${name}`;
    const kept = this.#kept.get(key) ?? { account: new Account(standing), holders: 0 };
    kept.holders += 1;
    this.#kept.set(key, kept);
    return kept.account;
  }

  giveBack(name: string, standing: Standing): void {
    const key = `${standing} ${name}`;
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    kept.holders -= 1;
    if (kept.holders === 0) this.#kept.delete(key);
  }
}

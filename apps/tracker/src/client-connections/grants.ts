/** The grants of one device: signed when it asks for a file, and not signed again for every file of the same group. */
import { GRANT_MS, type GroupId, MAX_GRANTS_PER_CONNECTION } from '@p2p/protocol';
import { type Grant, type Signer, signGrant } from '@p2p/statements';

/** What is left of a grant that is handed out again: so much that it can be renewed in peace. */
const FRESH_MS = (GRANT_MS * 3) / 4;

/** What a grant rests on now. */
export type Basis = Omit<Grant, 'expires'> & {
  /** When the session expires, ms. */
  readonly sessionExpires: number;
};

interface Signed {
  readonly basis: Basis;
  readonly expires: number;
  readonly text: Promise<string>;
}

export class Grants {
  readonly #signer: () => Signer;
  readonly #byGroup = new Map<GroupId, Signed>();

  /** `signer`: whoever has the cluster's key, now. */
  constructor(signer: () => Signer) {
    this.#signer = signer;
  }

  /** `now`: wall clock, ms. */
  get(basis: Basis, now: number): Promise<string> {
    const known = this.#byGroup.get(basis.group);
    if (known !== undefined && known.expires - now >= FRESH_MS && restsOnTheSame(known.basis, basis)) return known.text;
    const { sessionExpires, ...rest } = basis;
    const expires = Math.min(now + GRANT_MS, sessionExpires);
    const text = signGrant(this.#signer(), { ...rest, expires });
    this.#byGroup.delete(basis.group);
    this.#byGroup.set(basis.group, { basis, expires, text });
    this.#forgetOldest();
    return text;
  }

  /** The key is another one: what it has not signed is signed anew. */
  clear(): void {
    this.#byGroup.clear();
  }

  #forgetOldest(): void {
    const [oldest] = this.#byGroup.keys();
    if (oldest !== undefined && this.#byGroup.size > MAX_GRANTS_PER_CONNECTION) this.#byGroup.delete(oldest);
  }
}

function restsOnTheSame(a: Basis, b: Basis): boolean {
  return (
    a.session === b.session &&
    a.since.time === b.since.time &&
    a.since.count === b.since.count &&
    a.since.incarnation === b.since.incarnation
  );
}

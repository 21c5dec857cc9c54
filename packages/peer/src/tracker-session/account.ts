/**
 * Who is logged in on this client: the token that proves it, kept in a file across restarts, and what the trackers have
 * said about it last.
 */
import { Mutex } from 'async-mutex';
import { removeSession, type StoredSession, writeSession } from '../data-directory/session-file.js';
import { isSystemError } from '../data-directory/system-files.js';

export interface AccountHandlers {
  /** Somebody else, or nobody, is logged in from now on. */
  userChanged(user: string | undefined): void;
  /** A merge has given the account another name. */
  renamed(from: string, to: string): void;
  /** The session is in force, but can't be kept for the next start. */
  unkept(reason: string): void;
}

export class Account {
  readonly #path: string;
  readonly #handlers: AccountHandlers;
  readonly #storing = new Mutex();
  #session: StoredSession | undefined;
  /** Whether a tracker knows the session; true until one says otherwise. */
  #recognised = true;
  #inForce = false;

  /** `path` is the session's file, `session` what was in it. */
  constructor(path: string, session: StoredSession | undefined, handlers: AccountHandlers) {
    this.#path = path;
    this.#session = session;
    this.#handlers = handlers;
  }

  /** Whose files are served and fetched; undefined while nobody is logged in. */
  get user(): string | undefined {
    return this.#recognised ? this.#session?.user : undefined;
  }

  /** The session to resume; undefined where there is none. Whether it is still good is for a tracker to say. */
  get token(): Uint8Array | undefined {
    return this.#session?.token;
  }

  /** Whether a log-in made by this process is in force. */
  get inForce(): boolean {
    return this.#inForce && this.#recognised;
  }

  /** A tracker has answered a hello that carried the token; `user` is null where it knows no such session. */
  async resumed(user: string | null): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    if (user === null || user === session.user) return this.#set(session, user !== null);
    this.#handlers.renamed(session.user, user);
    this.#set({ ...session, user }, true);
    await this.#store();
  }

  /** A log-in has succeeded. Resolves when it is on disk. */
  async loggedIn(session: StoredSession): Promise<void> {
    this.#inForce = true;
    this.#set(session, true);
    await this.#store();
  }

  /** Logged out, here or elsewhere. Resolves when the token is gone from the disk. */
  async ended(): Promise<void> {
    this.#inForce = false;
    this.#set(undefined, true);
    await this.#store();
  }

  /** Resolves when what happened so far is on disk. */
  async settled(): Promise<void> {
    await this.#storing.waitForUnlock();
  }

  /** One after the other, so that the last state is the one that stays. */
  #store(): Promise<void> {
    return this.#storing.runExclusive(async () => {
      try {
        if (this.#session === undefined) await removeSession(this.#path);
        else await writeSession(this.#path, this.#session);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        this.#handlers.unkept(error.message);
      }
    });
  }

  #set(session: StoredSession | undefined, recognised: boolean): void {
    const before = this.user;
    this.#session = session;
    this.#recognised = recognised;
    if (this.user !== before) this.#handlers.userChanged(this.user);
  }
}

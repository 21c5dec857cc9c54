/** A promise that somebody else keeps: closed until it is opened, once. */
export class Gate {
  /** Opens the gate. Idempotent. */
  open: () => void = () => undefined;
  readonly opened: Promise<void>;

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}

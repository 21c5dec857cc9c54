/** Words of a program that are replaced while it is loaded. */
export interface Replacement {
  /** Of the module, file: and without links. */
  readonly url: string;
  readonly is: string;
  readonly instead: string;
}

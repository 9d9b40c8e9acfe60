// When a server that ended is started again.

export interface Verdict {
  restart: boolean;
  /** Why not. */
  reason: string;
}

export const MOST_RESTARTS = 3;
export const WINDOW_SECONDS = 180;

export const ENDED_AT_START = 'The language server ended while it started.';

/** Counts the ends of a server. One that never answered is not started again: it would end the same way. */
export class Restarts {
  readonly #ends: number[] = [];
  #hasRun = false;

  running(): void {
    this.#hasRun = true;
  }

  ended(nowSeconds: number): Verdict {
    if (!this.#hasRun) return { restart: false, reason: ENDED_AT_START };
    this.#hasRun = false;
    this.#ends.push(nowSeconds);
    while ((this.#ends[0] ?? nowSeconds) <= nowSeconds - WINDOW_SECONDS) this.#ends.shift();
    const count = this.#ends.length;
    if (count <= MOST_RESTARTS) return { restart: true, reason: '' };
    return { restart: false, reason: `The language server ended ${count} times in ${WINDOW_SECONDS / 60} minutes.` };
  }
}

// The Response that a web request waits for: given once, by the rules or by the program.

/** For a client that is gone: nobody reads it, and logs of programs know the number from other servers. */
export function goneResponse(): Response {
  return new Response(null, { status: 499 });
}

/** See the head of the file. */
export class Reply {
  readonly promise: Promise<Response>;
  #resolve!: (response: Response) => void;
  #reject!: (error: unknown) => void;
  #isGiven = false;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Whether it is decided what is answered. */
  get isGiven(): boolean {
    return this.#isGiven;
  }

  give(response: Response): void {
    this.#isGiven = true;
    this.#resolve(response);
  }

  /** For the error handler of the program. */
  fail(error: unknown): void {
    this.#isGiven = true;
    this.#reject(error);
  }
}

// What a hook answers, in Apache's words.

/** The hook took care; the phase goes on or is settled, as the phase says. */
export const OK = 0;
/** Not this hook's business. */
export const DECLINED = -1;
/** The whole exchange is answered; no further phase runs. */
export const DONE = -2;

/** OK, DECLINED, DONE, or an HTTP status (100 to 999) that ends the phases and becomes the answer. */
export type Verdict = number;

// The Negotiate field (RFC 2295 section 8.4): what a client that negotiates transparently leaves to the server.

/** What a client without the field asks for: a choice by Apache's algorithm. */
export interface Negotiate {
  readonly isSupported: boolean;
  readonly mayChoose: boolean;
  readonly byRvsa: boolean;
  /** The client's other fields mean what they say. */
  readonly isStrict: boolean;
}

const WITHOUT: Negotiate = { isSupported: false, mayChoose: true, byRvsa: false, isStrict: false };

function isKnown(word: string): boolean {
  return (
    word === 'trans' || word === 'vlist' || word === 'guess-small' || word === '*' || /^[0-9]/.test(word)
  );
}

export function readNegotiate(field: string | undefined, userAgent: string | undefined): Negotiate {
  if (field === undefined) return WITHOUT;
  // Old versions of Lynx say so and do not know what a list is.
  if (field === 'trans' && userAgent?.startsWith('Lynx') === true) return WITHOUT;
  const words = field
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter(isKnown);
  const byRvsa = words.includes('1.0');
  const byAny = words.some((word) => word.startsWith('*'));
  return {
    isSupported: words.length > 0,
    mayChoose: byRvsa || byAny,
    byRvsa,
    isStrict: byRvsa || byAny,
  };
}

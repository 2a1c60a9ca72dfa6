// FilterChain: which smart filters answers go through, and in which order. A `null` is where everything that came
// before, from outer sections too, is forgotten.

export type Chain = readonly (string | null)[];

/** Does what one word of a FilterChain line says. */
export function changeChain(chain: Chain, word: string): Chain {
  const name = word.slice(1);
  switch (word[0]) {
    case '+':
      return [...chain, name];
    case '@':
      return [name, ...chain];
    case '-':
      return withoutName(chain, name);
    case '!':
      return [null];
    case '=':
      return [null, name];
    default:
      return [...chain, word];
  }
}

/** Apache: when the first one has the name, that one goes; else all others of the name. */
function withoutName(chain: Chain, name: string): Chain {
  const isNamed = (entry: string | null): boolean => entry?.toLowerCase() === name.toLowerCase();
  return chain.length > 0 && isNamed(chain[0]!) ? chain.slice(1) : chain.filter((entry) => !isNamed(entry));
}

/** An inner section's chain behind the outer one's. */
export function mergeChains(base: Chain, add: Chain): Chain {
  const all = [...base, ...add];
  const reset = all.lastIndexOf(null);
  return reset < 0 ? all : all.slice(reset);
}

/** The names that are left. */
export function namesOf(chain: Chain): readonly string[] {
  return chain.slice(chain.lastIndexOf(null) + 1) as string[];
}

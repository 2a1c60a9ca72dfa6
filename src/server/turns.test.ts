import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

/** Requests that note when they begin; each is over when it is told to. */
function requests(turns: Turns): { begun: string[]; ask(name: string): { takeTurn(): void } } {
  const begun: string[] = [];
  return {
    begun,
    ask(name) {
      const request = { takeTurn: () => void begun.push(name) };
      if (turns.take(request)) request.takeTurn();
      return request;
    },
  };
}

describe('turns', () => {
  it('are taken at once while there are any, then in the order of asking', () => {
    let full = 0;
    const turns = new Turns(() => (full += 1));
    turns.setMost(2);
    const { begun, ask } = requests(turns);
    for (const name of ['a', 'b', 'c', 'd']) ask(name);
    expect(begun).toEqual(['a', 'b']);
    expect(full).toBe(2);
    turns.giveBack();
    expect(begun).toEqual(['a', 'b', 'c']);
    turns.giveBack();
    turns.giveBack();
    turns.giveBack();
    ask('e');
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('pass over who waits no longer', () => {
    const turns = new Turns();
    turns.setMost(1);
    const { begun, ask } = requests(turns);
    ask('a');
    const b = ask('b');
    ask('c');
    turns.leave(b);
    turns.giveBack();
    expect(begun).toEqual(['a', 'c']);
  });

  it('become more when more are allowed, and fewer as they are given back', () => {
    const turns = new Turns();
    turns.setMost(1);
    const { begun, ask } = requests(turns);
    for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name);
    turns.setMost(3);
    expect(begun).toEqual(['a', 'b', 'c']);
    turns.setMost(1);
    turns.giveBack();
    turns.giveBack();
    expect(begun).toEqual(['a', 'b', 'c']);
    turns.giveBack();
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('of requests that are over as soon as they begin do not pile up on the stack', () => {
    const turns = new Turns();
    turns.setMost(1);
    let begun = 0;
    const request = {
      takeTurn: () => {
        begun += 1;
        turns.giveBack();
      },
    };
    const first = { takeTurn: () => undefined };
    expect(turns.take(first)).toBe(true);
    const many = Array.from({ length: 100_000 }, () => ({ ...request }));
    expect(many.filter((one) => turns.take(one))).toEqual([]);
    turns.giveBack();
    expect(begun).toBe(100_000);
    expect(turns.take(first)).toBe(true);
  });
});

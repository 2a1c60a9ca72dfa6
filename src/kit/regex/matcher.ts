// Runs a program by backtracking with its own stack: PCRE's order of trying, no recursion, a bounded number of steps.
// Where the program allows it, states that have failed are remembered, so no state is tried twice and the time is
// linear in the subject. Everything changed on the way is noted on a trail and undone on the way back.

import { RegexLimitError } from './error.ts';
import type { Instruction, Program } from './instruction.ts';
import { isAtPlace } from './place.ts';

/** One match: `groups[0]` is the whole of it, a group that took no part is undefined. */
export interface RegexMatch {
  readonly groups: readonly (string | undefined)[];
  readonly index: number;
  readonly end: number;
}

/** Steps for one search, sized so that it stays within 50 ms even in a process that has run no search before. */
export const STEP_LIMIT = 600_000;
/** A call copies all slots; so many steps are charged for it. */
const CALL_STEPS = 50;
/** Bits of memory for failed states (8 MB). */
const MEMO_LIMIT = 2 ** 26;
/** Entries a stack begins with. */
const STACK_ROOM = 1024;

/** The first match at or after `from`; throws RegexLimitError. */
export function runProgram(
  program: Program,
  subject: string,
  from: number,
  stepLimit: number = STEP_LIMIT,
): RegexMatch | null {
  const run = new Run(program, subject, from, stepLimit);
  const last = program.oneStart ? from : subject.length;
  const { firstBytes } = program;
  for (let start = from; start <= last && start <= subject.length; start++) {
    if (firstBytes && !(start < subject.length && firstBytes[subject.charCodeAt(start)])) continue;
    const end = run.matchAt(start);
    if (end >= 0) return run.matchTo(end);
  }
  return null;
}

/** A call under way: where it returns to, and the slots as they were. */
interface Frame {
  readonly group: number;
  readonly returnTo: number;
  readonly slots: Int32Array;
  readonly outer: Frame | undefined;
}

class Run {
  readonly #program: Program;
  readonly #subject: string;
  readonly #from: number;
  readonly #stepLimit: number;
  readonly #slots: Int32Array;
  /** One bit for each state that has failed. */
  readonly #failed: Uint32Array | undefined;
  // Typed, because an array gives its room back when it gets shorter: (?=(a+))\1b takes half the time.
  /** Choices left: instruction, position, height of the trail; three entries each. */
  #choices = new Int32Array(STACK_ROOM);
  #choicesHeight = 0;
  /** Slot and former value, two entries each. */
  #trail = new Int32Array(STACK_ROOM);
  #trailHeight = 0;
  /** The states of look-arounds that are noted as failed. */
  readonly #remembered: number[] = [];
  #frame: Frame | undefined;
  readonly #frameTrail: (Frame | undefined)[] = [];
  #position = 0;
  #steps = 0;

  constructor(program: Program, subject: string, from: number, stepLimit: number) {
    this.#program = program;
    this.#subject = subject;
    this.#from = from;
    this.#stepLimit = stepLimit;
    this.#slots = new Int32Array(program.slotCount);
    const bits = program.memoBits * (subject.length + 1);
    this.#failed = bits > 0 && bits <= MEMO_LIMIT ? new Uint32Array((bits >>> 5) + 1) : undefined;
  }

  /** The match just found. */
  matchTo(end: number): RegexMatch {
    const slots = this.#slots;
    const index = slots[0]!;
    const groups: (string | undefined)[] = [this.#subject.slice(index, end)];
    for (let group = 1; group <= this.#program.groupCount; group++) {
      const stop = slots[2 * group + 1]!;
      groups.push(stop < 0 ? undefined : this.#subject.slice(slots[2 * group], stop));
    }
    return { groups, index, end };
  }

  /** The end of the match that begins at `start`, or -1. */
  matchAt(start: number): number {
    this.#slots.fill(-1);
    this.#slots[0] = start;
    this.#position = start;
    this.#choicesHeight = 0;
    this.#trailHeight = 0;
    this.#frame = undefined;
    this.#frameTrail.length = 0;
    const { code } = this.#program;
    let at = 0;
    for (;;) {
      if (++this.#steps > this.#stepLimit) throw new RegexLimitError();
      const instruction = code[at]!;
      if (instruction.op === 'accept') return this.#position;
      at = this.#step(instruction, at);
      if (at >= 0) continue;
      at = this.#back();
      if (at < 0) return -1;
    }
  }

  /** Takes back everything up to the last choice and answers where it goes on, or -1. */
  #back(): number {
    if (this.#choicesHeight === 0) return -1;
    const choices = this.#choices;
    const last = this.#choicesHeight - 3;
    this.#choicesHeight = last;
    this.#position = choices[last + 1]!;
    this.#undo(choices[last + 2]!);
    return choices[last]!;
  }

  #undo(height: number): void {
    const trail = this.#trail;
    while (this.#trailHeight > height) {
      this.#trailHeight -= 2;
      const slot = trail[this.#trailHeight]!;
      if (slot < 0) this.#frame = this.#frameTrail.pop();
      else this.#slots[slot] = trail[this.#trailHeight + 1]!;
    }
  }

  #choose(at: number): void {
    const height = this.#choicesHeight;
    if (height + 3 > this.#choices.length) this.#choices = twiceAsLong(this.#choices);
    this.#choices[height] = at;
    this.#choices[height + 1] = this.#position;
    this.#choices[height + 2] = this.#trailHeight;
    this.#choicesHeight = height + 3;
  }

  #note(slot: number, former: number): void {
    const height = this.#trailHeight;
    if (height + 2 > this.#trail.length) this.#trail = twiceAsLong(this.#trail);
    this.#trail[height] = slot;
    this.#trail[height + 1] = former;
    this.#trailHeight = height + 2;
  }

  #set(slot: number, value: number): void {
    this.#note(slot, this.#slots[slot]!);
    this.#slots[slot] = value;
  }

  #setFrame(frame: Frame | undefined): void {
    this.#frameTrail.push(this.#frame);
    this.#note(-1, 0);
    this.#frame = frame;
  }

  /** Runs one instruction; answers the next, or -1 when it failed. */
  #step(instruction: Instruction, at: number): number {
    switch (instruction.op) {
      case 'set': {
        const position = this.#position;
        if (position >= this.#subject.length) return -1;
        if (instruction.set[this.#subject.charCodeAt(position)] !== 1) return -1;
        this.#position = position + 1;
        return at + 1;
      }
      case 'span':
        return this.#span(instruction.set, at);
      case 'many':
        return this.#many(instruction, at);
      case 'split':
        if (instruction.memo >= 0 && this.#failed && this.#hasFailed(instruction)) return -1;
        this.#choose(instruction.second);
        return instruction.first;
      case 'jump':
        return instruction.to;
      case 'save':
        this.#set(instruction.slot, this.#position);
        return at + 1;
      case 'capture':
        this.#set(2 * instruction.group, this.#slots[instruction.note]!);
        this.#set(2 * instruction.group + 1, this.#position);
        return at + 1;
      case 'turn':
        return this.#slots[instruction.mark] === this.#position ? at + 1 : instruction.head;
      case 'zero':
        this.#set(instruction.slot, 0);
        return at + 1;
      case 'increment':
        this.#set(instruction.slot, this.#slots[instruction.slot]! + 1);
        return at + 1;
      case 'count':
        return this.#count(instruction, at);
      case 'place':
        return isAtPlace(instruction.place, this.#subject, this.#position, this.#from) ? at + 1 : -1;
      case 'back':
        this.#position -= instruction.width;
        return this.#position < 0 ? -1 : at + 1;
      default:
        return this.#rareStep(instruction, at);
    }
  }

  #rareStep(instruction: Instruction, at: number): number {
    switch (instruction.op) {
      case 'atom':
        this.#set(instruction.slot, this.#choicesHeight);
        return at + 1;
      case 'cut':
        this.#choicesHeight = this.#slots[instruction.slot]!;
        return at + 1;
      case 'look':
        this.#beginLook(instruction.slot);
        return at + 1;
      case 'avoid':
        this.#beginLook(instruction.slot);
        this.#choose(instruction.to);
        return at + 1;
      case 'looked':
        this.#endLook(instruction.slot);
        this.#position = this.#slots[instruction.slot]!;
        return at + 1;
      case 'avoided':
        this.#endLook(instruction.slot);
        return -1;
      case 'reference':
        return this.#refer(instruction.groups, instruction.nocase) ? at + 1 : -1;
      case 'ifMatched':
        return this.#setGroup(instruction.groups) ? at + 1 : instruction.otherwise;
      case 'ifCalled':
        return this.#isCalled(instruction.group) ? at + 1 : instruction.otherwise;
      case 'call':
        return this.#call(instruction.group, at + 1);
      case 'groupEnd':
        return this.#frame?.group === instruction.group ? this.#return(this.#frame) : at + 1;
      default:
        return -1;
    }
  }

  #beginLook(slot: number): void {
    this.#set(slot, this.#position);
    this.#set(slot + 1, this.#choicesHeight);
    this.#set(slot + 2, this.#remembered.length);
  }

  /** A look-around has succeeded: its choices are dropped, and what it remembers as failed may not have failed. */
  #endLook(slot: number): void {
    this.#choicesHeight = this.#slots[slot + 1]!;
    const remembered = this.#remembered;
    while (remembered.length > this.#slots[slot + 2]!) {
      const state = remembered.pop()!;
      this.#failed![state >>> 5]! &= ~(1 << (state & 31));
    }
  }

  #span(set: Uint8Array, at: number): number {
    const subject = this.#subject;
    let position = this.#position;
    while (position < subject.length && set[subject.charCodeAt(position)] === 1) position++;
    this.#steps += (position - this.#position) >> 3;
    this.#position = position;
    return at + 1;
  }

  #many(instruction: Instruction & { op: 'many' }, at: number): number {
    const { set } = instruction;
    const subject = this.#subject;
    const remembers = instruction.memo >= 0 && this.#failed !== undefined;
    for (;;) {
      if (remembers && this.#hasFailed(instruction)) return -1;
      const position = this.#position;
      if (position >= subject.length || set[subject.charCodeAt(position)] !== 1) return at + 1;
      this.#steps++;
      this.#choose(at + 1);
      this.#position = position + 1;
    }
  }

  /** Looks up and notes the state: its place, the position, and for each loop around it whether the turn is empty. */
  #hasFailed(instruction: Instruction & { op: 'split' | 'many' }): boolean {
    let state = this.#position * this.#program.memoBits + instruction.memo;
    const { marks } = instruction;
    for (let i = 0; i < marks.length; i++) {
      if (this.#slots[marks[i]!] === this.#position) state += 1 << i;
    }
    const failed = this.#failed!;
    const bit = 1 << (state & 31);
    if (failed[state >>> 5]! & bit) return true;
    failed[state >>> 5]! |= bit;
    if (instruction.looking) this.#remembered.push(state);
    return false;
  }

  #count(instruction: Instruction & { op: 'count' }, at: number): number {
    const { slot, min, max, lazy, exit } = instruction;
    const turns = this.#slots[slot]!;
    if (turns >= max) return exit;
    if (turns < min) return at + 1;
    this.#choose(lazy ? at + 1 : exit);
    return lazy ? exit : at + 1;
  }

  /** The first of the groups that is set. */
  #setGroup(groups: readonly number[]): number | undefined {
    return groups.find((group) => this.#slots[2 * group + 1]! >= 0);
  }

  #refer(groups: readonly number[], nocase: boolean): boolean {
    const group = this.#setGroup(groups);
    if (group === undefined) return false;
    const from = this.#slots[2 * group]!;
    const length = this.#slots[2 * group + 1]! - from;
    if (this.#position + length > this.#subject.length) return false;
    this.#steps += length >> 1;
    for (let i = 0; i < length; i++) {
      const a = this.#subject.charCodeAt(from + i);
      const b = this.#subject.charCodeAt(this.#position + i);
      if (a !== b && !(nocase && lower(a) === lower(b))) return false;
    }
    this.#position += length;
    return true;
  }

  #isCalled(group: number): boolean {
    return this.#frame !== undefined && (group < 0 || this.#frame.group === group);
  }

  #call(group: number, returnTo: number): number {
    this.#steps += CALL_STEPS;
    this.#setFrame({ group, returnTo, slots: this.#slots.slice(), outer: this.#frame });
    return this.#program.entries[group]!;
  }

  /** Ends a call: captures and notes are again what they were before it. */
  #return(frame: Frame): number {
    this.#steps += CALL_STEPS;
    frame.slots.forEach((value, slot) => {
      if (slot > 0 && this.#slots[slot] !== value) this.#set(slot, value);
    });
    this.#setFrame(frame.outer);
    return frame.returnTo;
  }
}

function twiceAsLong(stack: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * stack.length);
  longer.set(stack);
  return longer;
}

function lower(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}

// Compiles a tree to the instructions the matcher runs. Small counted loops are written out, so that a state is a
// place in the program and a place in the subject and nothing else; where that holds the matcher may remember
// states that have failed and stays linear.

import type { Instruction, Program } from './instruction.ts';
import type { ParsedRegex } from './parser.ts';
import { hasOneStart } from './start.ts';
import {
  branchesOf,
  contains,
  EMPTY,
  firstOf,
  fixedWidth,
  isNullable,
  partsOf,
  type Question,
  type Tree,
} from './tree.ts';

/** Compiles a parsed pattern. */
export function compileProgram(parsed: ParsedRegex): Program {
  const compiler = new Compiler(parsed);
  compiler.emitTree(parsed.tree);
  return compiler.finish();
}

/** Counted loops are written out while the program stays below this many instructions. */
const SIZE_LIMIT = 4000;
/** At most so many enclosing loops with possibly empty turns take part in a remembered state. */
const MARK_LIMIT = 4;

class Compiler {
  readonly #code: Instruction[] = [];
  readonly #entries: number[] = [0];
  readonly #parsed: ParsedRegex;
  readonly #called: boolean;
  #slots: number;
  #memoBits = 0;
  #memoAllowed: boolean;
  /** Inside an atomic group: a state left by it may have succeeded, so nothing is remembered. */
  #sealed = false;
  /** Inside a look-around: states that failed are remembered for it alone. */
  #looking = false;
  /** The notes of the enclosing loops whose turns can be empty. */
  #marks: readonly number[] = [];

  constructor(parsed: ParsedRegex) {
    this.#parsed = parsed;
    this.#slots = 2 * (parsed.groupCount + 1);
    this.#called = contains(parsed.tree, (node) => node.kind === 'call');
    this.#memoAllowed = !contains(
      parsed.tree,
      (node) => node.kind === 'backreference' || node.kind === 'conditional' || node.kind === 'call',
    );
  }

  finish(): Program {
    if (this.#called) this.#emit({ op: 'groupEnd', group: 0 });
    this.#emit({ op: 'accept' });
    const { tree } = this.#parsed;
    return {
      code: this.#code,
      slotCount: this.#slots,
      groupCount: this.#parsed.groupCount,
      entries: this.#entries,
      memoBits: this.#memoAllowed ? this.#memoBits : 0,
      firstBytes: isNullable(tree) ? undefined : firstOf(tree).bytes,
      oneStart: hasOneStart(tree),
    };
  }

  #emit(instruction: Instruction): number {
    return this.#code.push(instruction) - 1;
  }

  #slot(): number {
    return this.#slots++;
  }

  /** Where a look-around notes its position, its choices and its memory. */
  #lookSlots(): number {
    this.#slots += 3;
    return this.#slots - 3;
  }

  get #here(): number {
    return this.#code.length;
  }

  emitTree(tree: Tree): void {
    switch (tree.kind) {
      case 'sequence':
        for (const item of tree.items) this.emitTree(item);
        break;
      case 'choice':
        this.#emitChoice(tree.branches, (branch) => this.emitTree(branch));
        break;
      case 'repeat':
        this.#emitRepeat(tree);
        break;
      case 'capture':
        this.#emitCapture(tree.group, tree.body);
        break;
      case 'atomic':
        this.#emitAtomic(tree.body);
        break;
      case 'look':
        this.#emitLook(tree);
        break;
      case 'conditional':
        this.#emitConditional(tree);
        break;
      default:
        this.#emitLeaf(tree);
    }
  }

  #emitLeaf(tree: Tree): void {
    switch (tree.kind) {
      case 'set':
        this.#emit({ op: 'set', set: tree.set });
        break;
      case 'backreference':
        this.#emit({ op: 'reference', groups: tree.groups, nocase: tree.nocase });
        break;
      case 'place':
        this.#emit({ op: 'place', place: tree.place });
        break;
      case 'keep':
        this.#emit({ op: 'save', slot: 0 });
        break;
      case 'call':
        this.#emitCall(tree.group);
        break;
    }
  }

  /** PCRE2 tries again inside a group that was called, but never inside the whole pattern. */
  #emitCall(group: number): void {
    if (group > 0) {
      this.#emit({ op: 'call', group });
      return;
    }
    const slot = this.#slot();
    this.#emit({ op: 'atom', slot });
    this.#emit({ op: 'call', group });
    this.#emit({ op: 'cut', slot });
  }

  #emitSplit(): Instruction & { op: 'split' } {
    const split: Instruction = { op: 'split', first: 0, second: 0, ...this.#memory() };
    this.#emit(split);
    return split;
  }

  /** Room for remembering the failed states of the next instruction. */
  #memory(): { memo: number; marks: readonly number[]; looking: boolean } {
    const remembered = !this.#sealed && this.#marks.length <= MARK_LIMIT;
    const memo = remembered ? this.#memoBits : -1;
    if (remembered) this.#memoBits += 2 ** this.#marks.length;
    return { memo, marks: this.#marks, looking: this.#looking };
  }

  #emitChoice(branches: readonly Tree[], emitBranch: (branch: Tree) => void): void {
    const jumps: { to: number }[] = [];
    for (const branch of branches.slice(0, -1)) {
      const split = this.#emitSplit();
      split.first = this.#here;
      emitBranch(branch);
      jumps.push(this.#emitJump());
      split.second = this.#here;
    }
    emitBranch(branches.at(-1)!);
    for (const jump of jumps) jump.to = this.#here;
  }

  #emitJump(): { to: number } {
    const jump: Instruction = { op: 'jump', to: 0 };
    this.#emit(jump);
    return jump;
  }

  #emitCapture(group: number, body: Tree): void {
    this.#entries[group] ??= this.#here;
    const note = this.#slot();
    this.#emit({ op: 'save', slot: note });
    this.emitTree(body);
    this.#emit({ op: 'capture', group, note });
    if (this.#called) this.#emit({ op: 'groupEnd', group });
  }

  #emitRepeat(tree: Tree & { kind: 'repeat' }): void {
    const { body, min, max, lazy } = tree;
    if (max === 0) {
      this.#emitDefinitions(body, EMPTY);
      return;
    }
    const size = sizeOf(body);
    const copies = max === Infinity ? min + 1 : max;
    if (copies * size + this.#here > SIZE_LIMIT && copies > 1) {
      this.#emitCounted(tree);
      return;
    }
    // An empty first turn ends a loop too, so the last turn that must be taken belongs to the loop.
    const entered = max === Infinity && min > 0 && isNullable(body);
    for (let turn = entered ? 1 : 0; turn < min; turn++) this.emitTree(body);
    if (max === Infinity) this.#emitLoop(body, lazy, entered);
    else this.#emitOptional(body, max - min, lazy);
  }

  /** `(body(body(body)?)?)?` */
  #emitOptional(body: Tree, times: number, lazy: boolean): void {
    const splits: (Instruction & { op: 'split' })[] = [];
    const marks = this.#marks;
    for (let turn = 0; turn < times; turn++) {
      const split = this.#emitSplit();
      splits.push(split);
      split[lazy ? 'second' : 'first'] = this.#here;
      this.emitTree(body);
    }
    this.#marks = marks;
    for (const split of splits) split[lazy ? 'first' : 'second'] = this.#here;
  }

  #emitLoop(body: Tree, lazy: boolean, entered: boolean): void {
    if (body.kind === 'set' && !lazy) {
      this.#emit({ op: 'many', set: body.set, ...this.#memory() });
      return;
    }
    const entrance = entered ? this.#emitJump() : undefined;
    const head = this.#here;
    const split = this.#emitSplit();
    split[lazy ? 'second' : 'first'] = this.#here;
    if (entrance) entrance.to = this.#here;
    if (isNullable(body)) this.#emitMarkedTurn(body, head);
    else {
      this.emitTree(body);
      this.#emit({ op: 'jump', to: head });
    }
    split[lazy ? 'first' : 'second'] = this.#here;
  }

  #emitMarkedTurn(body: Tree, head: number): void {
    const mark = this.#slot();
    const outer = this.#marks;
    this.#emit({ op: 'save', slot: mark });
    this.#marks = [...outer, mark];
    this.emitTree(body);
    this.#marks = outer;
    this.#emit({ op: 'turn', mark, head });
  }

  /** A loop too large to write out keeps its count in a slot; then nothing can be remembered. */
  #emitCounted(tree: Tree & { kind: 'repeat' }): void {
    this.#memoAllowed = false;
    const slot = this.#slot();
    const { min, max, lazy } = tree;
    this.#emit({ op: 'zero', slot });
    const count: Instruction = { op: 'count', slot, min, max, lazy, exit: 0 };
    const head = this.#emit(count);
    this.#emit({ op: 'increment', slot });
    if (isNullable(tree.body)) this.#emitMarkedTurn(tree.body, head);
    else {
      this.emitTree(tree.body);
      this.#emit({ op: 'jump', to: head });
    }
    count.exit = this.#here;
  }

  #emitAtomic(body: Tree): void {
    if (
      body.kind === 'repeat' &&
      body.body.kind === 'set' &&
      body.max === Infinity &&
      !body.lazy &&
      body.min < 2
    ) {
      if (body.min === 1) this.emitTree(body.body);
      this.#emit({ op: 'span', set: body.body.set });
      return;
    }
    const slot = this.#slot();
    this.#emit({ op: 'atom', slot });
    const outer = this.#sealed;
    this.#sealed = true;
    this.emitTree(body);
    this.#sealed = outer;
    this.#emit({ op: 'cut', slot });
  }

  #emitLook(tree: Tree & { kind: 'look' }): void {
    const slot = this.#lookSlots();
    if (!tree.negative) {
      this.#emit({ op: 'look', slot });
      this.#emitLookBody(tree);
      this.#emit({ op: 'looked', slot });
      return;
    }
    const avoid: Instruction = { op: 'avoid', slot, to: 0 };
    this.#emit(avoid);
    this.#emitLookBody(tree);
    this.#emit({ op: 'avoided', slot });
    avoid.to = this.#here;
  }

  #emitLookBody(tree: Tree & { kind: 'look' }): void {
    const branches = tree.behind ? branchesOf(tree.body) : [tree.body];
    const outer = { sealed: this.#sealed, looking: this.#looking, marks: this.#marks };
    this.#sealed = false;
    this.#looking = true;
    this.#marks = [];
    this.#emitChoice(branches, (branch) => {
      if (tree.behind) this.#emit({ op: 'back', width: fixedWidth(branch)! });
      this.emitTree(branch);
    });
    this.#sealed = outer.sealed;
    this.#looking = outer.looking;
    this.#marks = outer.marks;
  }

  #emitConditional(tree: Tree & { kind: 'conditional' }): void {
    const { question, yes, no } = tree;
    if (question.kind === 'never') this.#emitDefinitions(yes, no);
    else if (question.kind === 'look') this.#emitLookConditional(question, yes, no);
    else this.#emitTestConditional(question, yes, no);
  }

  #emitTestConditional(question: Exclude<Question, { kind: 'look' | 'never' }>, yes: Tree, no: Tree): void {
    const test: Instruction =
      question.kind === 'matched'
        ? { op: 'ifMatched', groups: question.groups, otherwise: 0 }
        : { op: 'ifCalled', group: question.group, otherwise: 0 };
    this.#emit(test);
    this.emitTree(yes);
    const jump = this.#emitJump();
    test.otherwise = this.#here;
    this.emitTree(no);
    jump.to = this.#here;
  }

  /** The groups of `(?(DEFINE)…)` are only there to be called. */
  #emitDefinitions(yes: Tree, no: Tree): void {
    const jump = this.#emitJump();
    this.emitTree(yes);
    jump.to = this.#here;
    this.emitTree(no);
  }

  /** An assertion decides once: `yes` failing later does not bring `no` back. */
  #emitLookConditional(look: Tree & { kind: 'look' }, yes: Tree, no: Tree): void {
    const slot = this.#lookSlots();
    const avoid: Instruction = { op: 'avoid', slot, to: 0 };
    this.#emit(avoid);
    this.#emitLookBody(look);
    this.#emit({ op: 'looked', slot });
    this.emitTree(look.negative ? no : yes);
    const jump = this.#emitJump();
    avoid.to = this.#here;
    this.emitTree(look.negative ? yes : no);
    jump.to = this.#here;
  }
}

/** About how many instructions a node becomes when its loops are written out. */
function sizeOf(tree: Tree): number {
  const parts = partsOf(tree).reduce((sum, part) => sum + sizeOf(part), 0);
  if (tree.kind !== 'repeat') return parts + 2;
  return (parts + 1) * (tree.max === Infinity ? tree.min + 1 : tree.max) + 2;
}

// The lines that configure the engine: their names, what stands behind them, and what they are for. Whoever reads a
// configuration adds where they may stand and carries them out.

import { rewriteOptionWords } from './options.ts';

/** One directive of mod_rewrite, as far as it is the same wherever it is read. */
export interface DirectiveLine {
  readonly name: string;
  /** Apache's shape of the arguments; `raw` is the rest of the line as it stands. */
  readonly args: 'flag' | 'iterate' | 'take1' | 'take23' | 'raw';
  /** Apache's words for it, which its messages end in. */
  readonly help: string;
}

export const rewriteEngineLine: DirectiveLine = {
  name: 'RewriteEngine',
  args: 'flag',
  help: 'On or Off to enable or disable (default) the whole rewriting engine',
};

export const rewriteOptionsLine: DirectiveLine = {
  name: 'RewriteOptions',
  args: 'iterate',
  help: `List of option strings to set: ${rewriteOptionWords.join(', ')}`,
};

export const rewriteBaseLine: DirectiveLine = {
  name: 'RewriteBase',
  args: 'take1',
  help: 'the base URL of the per-directory context',
};

export const rewriteCondLine: DirectiveLine = {
  name: 'RewriteCond',
  args: 'raw',
  help: 'an input string and a to be applied regexp-pattern',
};

export const rewriteRuleLine: DirectiveLine = {
  name: 'RewriteRule',
  args: 'raw',
  help: 'an URL-applied regexp-pattern and a substitution URL',
};

export const rewriteMapLine: DirectiveLine = {
  name: 'RewriteMap',
  args: 'take23',
  help: 'a mapname and a filename and options',
};

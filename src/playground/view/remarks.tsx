// What the linter has found, as a list for everybody: those who cannot point at a margin included.

import type { JSX } from 'preact';
import type { Remark } from '../../tools/playground/play.ts';

interface RemarksProps {
  readonly remarks: readonly Remark[];
  readonly reveal: (line: number) => void;
}

export function Remarks({ remarks, reveal }: RemarksProps): JSX.Element | null {
  if (remarks.length === 0) return null;
  return (
    <section class="remarks" aria-labelledby="remarks-title">
      <h2 id="remarks-title">{remarks.length === 1 ? '1 remark' : `${remarks.length} remarks`}</h2>
      <ul>
        {remarks.map((remark) => (
          <li class={`remark remark-${remark.severity}`}>
            <details>
              <summary>
                <span class="severity">{remark.severity}</span> {remark.message}
              </summary>
              {remark.why === '' ? null : <p>{remark.why}</p>}
              {remark.mend === '' ? null : (
                <p class="mend">
                  <strong>Mend:</strong> {remark.mend}
                </p>
              )}
              <p>
                <button type="button" class="small" onClick={() => reveal(remark.line)}>
                  Show line {remark.line}
                </button>{' '}
                <span class="faint">{remark.code}</span>
              </p>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

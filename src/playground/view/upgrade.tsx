// What an upgrade of Apache changes, where an older release was asked.

import type { JSX } from 'preact';
import { type Change, mendOf } from '../../tools/upgrade.ts';

interface UpgradeProps {
  /** The release that has answered; empty for today's. */
  readonly version: string;
  readonly changes: readonly Change[];
}

export function Upgrade({ version, changes }: UpgradeProps): JSX.Element | null {
  if (version === '') return null;
  if (changes.length === 0)
    return <p class="faint">This is the answer of Apache {version}. An upgrade changes nothing.</p>;
  return (
    <section class="upgrade">
      <h3>This is the answer of Apache {version}. An upgrade changes it</h3>
      {changes.map(({ version: since, outcome, why }) => {
        const mend = mendOf(why);
        return (
          <div>
            <p>
              since {since}: <strong>{outcome}</strong>
            </p>
            {why === undefined ? null : <p class="why">{why}</p>}
            {mend === undefined ? null : (
              <p>
                <strong>Mend:</strong> {mend}
              </p>
            )}
          </div>
        );
      })}
    </section>
  );
}

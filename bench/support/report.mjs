// The figures as tables: for the terminal and for a page.

/** portico beside one peer: the ratio of their CPU time, and whether the target for it is met. */
function verdict({ results, targets }, name) {
  const ours = results.find((result) => result.name === 'portico');
  const theirs = results.find((result) => result.name === name);
  if (ours?.cpu === undefined || theirs?.cpu === undefined || name === 'portico') return {};
  const ratio = ours.cpu / theirs.cpu;
  const target = targets[name];
  return { ratio, target, isMet: target === undefined ? undefined : ratio <= target };
}

function figure(value, digits) {
  return value === undefined ? '-' : value.toFixed(digits);
}

function targetCell({ target, isMet }) {
  return target === undefined ? '' : `${target} ${isMet ? 'met' : 'missed'}`;
}

function workTable(row) {
  const direct = row.results.find(({ name }) => name === 'direct');
  const added = (result, key) =>
    direct === undefined ? result[key] : result === direct ? undefined : result[key] - direct[key];
  const kind = direct === undefined ? '' : 'added ';
  const head = [
    '',
    'CPU µs/request',
    'busy',
    'requests/s',
    `${kind}p50 ms`,
    `${kind}p99 ms`,
    'portico/peer',
    'target',
  ];
  const lines = row.results
    .filter((result) => result !== direct)
    .map((result) => {
      const compared = verdict(row, result.name);
      return [
        result.name,
        figure(result.cpu, 1),
        `${figure(result.busy * 100, 0)} %`,
        figure(result.rate, 0),
        figure(added(result, 'p50'), 3),
        figure(added(result, 'p99'), 3),
        compared.ratio === undefined ? '' : compared.ratio.toFixed(2),
        targetCell(compared),
      ];
    });
  return [head, ...lines];
}

function restTable(row) {
  const lines = row.results.map(({ name, bytes, busy }) => {
    const target = name === 'portico' ? row.targets.bytes : undefined;
    const isMet = target === undefined ? undefined : bytes <= target;
    return [
      name,
      figure(bytes / 1024, 1),
      `${figure(busy * 100, 1)} %`,
      targetCell({ target: target && `${target / 1024}`, isMet }),
    ];
  });
  return [['', 'KB/connection', 'busy at rest', 'target'], ...lines];
}

function tableOf(row) {
  return row.targets.bytes === undefined ? workTable(row) : restTable(row);
}

function aligned(table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((line) => line[column].length)));
  return table.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
}

function failureLines({ failures }) {
  return failures.map(({ name, reason }) => `${name} is left out: ${reason}`);
}

/** A row for the terminal. */
export function printRow(row) {
  const lines = [...aligned(tableOf(row)), ...failureLines(row)];
  return [`${row.name}: ${row.what}`, ...lines.map((line) => `  ${line}`), ''].join('\n');
}

function markdownTable([head, ...lines]) {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rule, ...lines].map((line) => `| ${line.join(' | ')} |`);
}

/** All rows as a page. */
export function resultsPage({ command, machine, rounds, seconds, absent, rows }) {
  const { date, cpu, cores, memory, kernel, placement, load, node, versions } = machine;
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const lines = [
    '# Results',
    '',
    `Written by \`${command}\`; [README.md](README.md) says how to read it. ${date}, ${cpu}, ${cores} cores, ${memory},`,
    `${kernel}; ${placement}. Medians of ${rounds} rounds of ${seconds} s, in turns; load ${load}.`,
    '',
    `Node ${node}; ${programs.join('; ')}.`,
  ];
  for (const { name, reason } of absent) lines.push('', `Left out: ${name} (${reason}).`);
  for (const row of rows) {
    lines.push('', `## ${row.name}`, '', `${row.what}`, '', ...markdownTable(tableOf(row)));
    for (const line of failureLines(row)) lines.push('', line.split('\n')[0]);
  }
  return `${lines.join('\n')}\n`;
}

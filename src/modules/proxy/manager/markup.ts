// Pieces of the page's HTML. Every text that goes in is escaped here, whoever it is from.

import { escapeHtml } from '../../../request/error-page.ts';

/** Text that is HTML already. */
export interface Html {
  readonly html: string;
}

/** A text, escaped; what is HTML stays. */
export function written(content: string | number | Html): string {
  return typeof content === 'object' ? content.html : escapeHtml(String(content));
}

/** A value between double quotes. */
export function quoted(value: string | number): string {
  return `"${escapeHtml(String(value))}"`;
}

/** One column of a table. */
export interface Column<T> {
  readonly head: string;
  readonly isNumber?: boolean;
  readonly cell: (row: T) => string | number | Html;
}

/**
 * A table whose first column names its rows. The roles are said although tables have them: a browser that lays a row
 * out as a card forgets them.
 */
export function table<T>(caption: string, columns: readonly Column<T>[], rows: readonly T[]): string {
  const heads = columns.map(({ head }) => `<th scope="col" role="columnheader">${written(head)}</th>`);
  const lines = rows.map((row) => {
    const cells = columns.map(({ head, cell, isNumber }, at) => {
      const content = `<span>${written(cell(row))}</span>`;
      if (at === 0) return `<th scope="row" role="rowheader" data-label=${quoted(head)}>${content}</th>`;
      return `<td role="cell"${isNumber === true ? ' class="n"' : ''} data-label=${quoted(head)}>${content}</td>`;
    });
    return `<tr role="row">${cells.join('')}</tr>\n`;
  });
  return (
    `<table role="table">\n<caption>${written(caption)}</caption>\n` +
    `<thead role="rowgroup"><tr role="row">${heads.join('')}</tr></thead>\n` +
    `<tbody role="rowgroup">\n${lines.join('')}</tbody>\n</table>\n`
  );
}

/** A line of a form: its label and what it labels, by the same id. */
export function field(label: string, id: string, control: string, remark?: string): string {
  const small = remark === undefined ? '' : `<small id="${id}-help">${written(remark)}</small>`;
  return `<div class="field"><label for="${id}">${written(label)}</label>${control}${small}</div>\n`;
}

export function textInput(id: string, value: string | number, options = ''): string {
  return `<input type="text" name="${id}" id="${id}" value=${quoted(value)}${options} autocomplete="off">`;
}

export function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${name}" value=${quoted(value)}>\n`;
}

/** One choice of a list: what is sent, and what is shown. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

export function select(id: string, choices: readonly Choice[], chosen: string): string {
  const options = choices.map(({ value, label }) => {
    const selected = value === chosen ? ' selected' : '';
    return `<option value=${quoted(value)}${selected}>${written(label)}</option>`;
  });
  return `<select name="${id}" id="${id}">${options.join('')}</select>`;
}

/** On or Off. */
export function onOff(name: string, label: string, isOn: boolean): string {
  const radio = (value: '1' | '0', text: string, checked: boolean): string =>
    `<label for="${name}${value}"><input type="radio" name="${name}" id="${name}${value}" value="${value}"${checked ? ' checked' : ''}> ${text}</label>`;
  return `<fieldset><legend>${written(label)}</legend>${radio('1', 'On', isOn)}${radio('0', 'Off', !isOn)}</fieldset>`;
}

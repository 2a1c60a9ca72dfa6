// C's strftime in the C locale, with the flags that the GNU library knows. Pure but for the zone of the machine.

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export type Zone = 'local' | 'utc';

/** A moment in its zone: the fields of `at` read as UTC are the zone's wall clock. */
interface Moment {
  readonly at: Date;
  readonly millis: number;
  readonly zone: Zone;
  /** Minutes east of Greenwich. */
  readonly offset: number;
}

function momentOf(millis: number, zone: Zone): Moment {
  const offset = zone === 'utc' ? 0 : -new Date(millis).getTimezoneOffset();
  return { at: new Date(millis + offset * 60_000), millis, zone, offset };
}

/** `+0200`. */
function offsetText({ offset }: Moment): string {
  const size = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${digits(Math.floor(size / 60))}${digits(size % 60)}`;
}

/** Locales whose zones have names of their own; the others count hours from Greenwich. */
const NAMING_LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA', 'ja-JP'];

/** Names by minutes east of Greenwich: asking for them is slow. */
const zoneNames: Map<number, string> = new Map();

function zoneName(moment: Moment): string {
  if (moment.zone === 'utc') return 'GMT';
  const known = zoneNames.get(moment.offset) ?? findZoneName(moment);
  zoneNames.set(moment.offset, known);
  return known;
}

/** `CET`, `EDT`; `+03` where the zone's hours have no name, as in the system's own tables. */
function findZoneName(moment: Moment): string {
  for (const locale of NAMING_LOCALES) {
    const parts = new Intl.DateTimeFormat(locale, { timeZoneName: 'short' }).formatToParts(moment.millis);
    const name = parts.find((part) => part.type === 'timeZoneName')?.value;
    if (name !== undefined && /^[A-Z]+$/.test(name)) return name;
  }
  return offsetText(moment).replace(/00$/, '');
}

function dayOfYear({ at }: Moment): number {
  const start = Date.UTC(at.getUTCFullYear(), 0, 1);
  return Math.floor((at.getTime() - start) / 86_400_000);
}

/** The week of ISO 8601 and the year that it belongs to: that of its Thursday. */
function isoWeek({ at }: Moment): { readonly year: number; readonly week: number } {
  const thursday = new Date(at);
  thursday.setUTCDate(at.getUTCDate() + 4 - (at.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  const days = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000);
  return { year, week: Math.floor(days / 7) + 1 };
}

/** A number with its usual width and what fills it up. */
interface Padded {
  readonly value: number;
  readonly width: number;
  readonly fill: '0' | ' ';
}

function padded(value: number, width = 2, fill: '0' | ' ' = '0'): Padded {
  return { value, width, fill };
}

function digits(value: number): string {
  return String(value).padStart(2, '0');
}

type Field = (t: Moment) => string | Padded;

/** What is short for others. */
const SHORT_FOR: { readonly [letter: string]: string } = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
};

const FIELDS: { readonly [letter: string]: Field } = {
  a: ({ at }) => DAYS[at.getUTCDay()]!.slice(0, 3),
  A: ({ at }) => DAYS[at.getUTCDay()]!,
  b: ({ at }) => MONTHS[at.getUTCMonth()]!.slice(0, 3),
  B: ({ at }) => MONTHS[at.getUTCMonth()]!,
  C: ({ at }) => padded(Math.floor(at.getUTCFullYear() / 100)),
  d: ({ at }) => padded(at.getUTCDate()),
  e: ({ at }) => padded(at.getUTCDate(), 2, ' '),
  g: (t) => padded(isoWeek(t).year % 100),
  G: (t) => padded(isoWeek(t).year, 4),
  h: ({ at }) => MONTHS[at.getUTCMonth()]!.slice(0, 3),
  H: ({ at }) => padded(at.getUTCHours()),
  I: ({ at }) => padded(at.getUTCHours() % 12 || 12),
  j: (t) => padded(dayOfYear(t) + 1, 3),
  k: ({ at }) => padded(at.getUTCHours(), 2, ' '),
  l: ({ at }) => padded(at.getUTCHours() % 12 || 12, 2, ' '),
  m: ({ at }) => padded(at.getUTCMonth() + 1),
  M: ({ at }) => padded(at.getUTCMinutes()),
  n: () => '\n',
  p: ({ at }) => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
  P: ({ at }) => (at.getUTCHours() < 12 ? 'am' : 'pm'),
  s: ({ millis }) => padded(Math.floor(millis / 1000), 1),
  S: ({ at }) => padded(at.getUTCSeconds()),
  t: () => '\t',
  u: ({ at }) => padded(at.getUTCDay() || 7, 1),
  U: (t) => padded(Math.floor((dayOfYear(t) + 7 - t.at.getUTCDay()) / 7)),
  V: (t) => padded(isoWeek(t).week),
  w: ({ at }) => padded(at.getUTCDay(), 1),
  W: (t) => padded(Math.floor((dayOfYear(t) + 7 - ((t.at.getUTCDay() + 6) % 7)) / 7)),
  y: ({ at }) => padded(at.getUTCFullYear() % 100),
  Y: ({ at }) => padded(at.getUTCFullYear(), 1),
  z: offsetText,
  Z: zoneName,
  '%': () => '%',
};

/** `-` fills up with nothing, `_` and `0` say with what; `^` gives capitals. */
function applyFlags(field: string | Padded, flags: string): string {
  const fill = /[-_0](?=[^-_0]*$)/.exec(flags)?.[0];
  const text =
    typeof field === 'string'
      ? field
      : String(field.value).padStart(
          fill === '-' ? 0 : field.width,
          fill === undefined ? field.fill : fill === '_' ? ' ' : '0',
        );
  return flags.includes('^') ? text.toUpperCase() : text;
}

const CONVERSION = /%([-_0^#]*)[EO]?(.)/gs;

function expand(format: string, t: Moment): string {
  return format.replace(CONVERSION, (whole, flags: string, letter: string) => {
    const longer = SHORT_FOR[letter];
    if (longer !== undefined) return applyFlags(expand(longer, t), flags);
    const field = FIELDS[letter];
    return field === undefined ? whole : applyFlags(field(t), flags);
  });
}

/** The time as `format` says; conversions that C does not know stay as they are. */
export function strftime(format: string, millis: number, zone: Zone = 'local'): string {
  return expand(format, momentOf(millis, zone));
}

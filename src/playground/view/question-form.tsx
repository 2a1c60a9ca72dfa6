// The request, and the machine it comes to: what the answer depends on besides the configuration.

import type { JSX } from 'preact';
import type { Draft } from '../draft.ts';

export interface FormProps {
  readonly draft: Draft;
  readonly change: (fields: Partial<Draft>) => void;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The browser's own bar: method and URL. */
export function AddressBar({ draft, change }: FormProps): JSX.Element {
  const methods = METHODS.includes(draft.method) ? METHODS : [...METHODS, draft.method];
  return (
    <div class="address">
      <label class="spoken" for="method">
        Method
      </label>
      <select
        id="method"
        value={draft.method}
        onChange={(event) => change({ method: event.currentTarget.value })}
      >
        {methods.map((method) => (
          <option value={method}>{method}</option>
        ))}
      </select>
      <label class="spoken" for="url">
        URL
      </label>
      <input
        id="url"
        type="text"
        inputMode="url"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={draft.url}
        placeholder="http://www.example.com/page?id=7"
        onInput={(event) => change({ url: event.currentTarget.value })}
      />
    </div>
  );
}

/** How many of the fields below are filled in. */
function filled({ headers, remote, apache }: Draft): number {
  return [headers, remote, apache].filter((text) => text.trim() !== '').length;
}

export function RequestDetails({ draft, change }: FormProps): JSX.Element {
  const count = filled(draft);
  return (
    <details class="more" open={count > 0}>
      <summary>Header lines, client, Apache release{count > 0 ? ` (${count} set)` : ''}</summary>
      <div class="fields">
        <Field id="headers" label="Header lines" hint="One a line, such as User-Agent: curl/8">
          <textarea
            id="headers"
            rows={2}
            spellcheck={false}
            autocapitalize="off"
            aria-describedby="headers-hint"
            value={draft.headers}
            onInput={(event) => change({ headers: event.currentTarget.value })}
          />
        </Field>
        <Field id="remote" label="Client address" hint="For Require ip and %{REMOTE_ADDR}">
          <input
            id="remote"
            type="text"
            autocomplete="off"
            spellcheck={false}
            placeholder="127.0.0.1"
            aria-describedby="remote-hint"
            value={draft.remote}
            onInput={(event) => change({ remote: event.currentTarget.value })}
          />
        </Field>
        <Field id="apache" label="Answer as Apache" hint="What an upgrade changes is said below the answer">
          <select
            id="apache"
            aria-describedby="apache-hint"
            value={draft.apache}
            onChange={(event) => change({ apache: event.currentTarget.value })}
          >
            <option value="">2.4.71</option>
            {['2.4.62', '2.4.56', '2.4.54'].map((release) => (
              <option value={release}>{release}</option>
            ))}
          </select>
        </Field>
      </div>
    </details>
  );
}

/** What kind of file it is, and where it stands. */
export function Place({ draft, change }: FormProps): JSX.Element {
  return (
    <div class="place-fields">
      <fieldset class="kinds">
        <legend class="spoken">What the text is</legend>
        <Kind draft={draft} change={change} kind="htaccess" label=".htaccess" />
        <Kind draft={draft} change={change} kind="configuration" label="httpd.conf" />
      </fieldset>
      {draft.kind === 'htaccess' ? (
        <div class="folder">
          <label for="folder">in folder</label>
          <span aria-hidden="true">/</span>
          <input
            id="folder"
            type="text"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            size={10}
            placeholder="(the top)"
            value={draft.folder}
            onInput={(event) => change({ folder: event.currentTarget.value })}
          />
        </div>
      ) : null}
    </div>
  );
}

interface KindProps extends FormProps {
  readonly kind: Draft['kind'];
  readonly label: string;
}

function Kind({ draft, change, kind, label }: KindProps): JSX.Element {
  return (
    <label class={draft.kind === kind ? 'kind is-chosen' : 'kind'}>
      <input
        type="radio"
        name="kind"
        value={kind}
        checked={draft.kind === kind}
        onChange={() => change({ kind })}
      />
      {label}
    </label>
  );
}

export function Files({ draft, change }: FormProps): JSX.Element {
  return (
    <Field
      id="files"
      label="Files that exist"
      hint="Below the document root, one a line; a folder ends with /, and “map.txt: old new” gives a content"
    >
      <textarea
        id="files"
        rows={Math.min(8, Math.max(3, draft.files.split('\n').length))}
        spellcheck={false}
        autocapitalize="off"
        placeholder={'index.php\nimages/logo.png'}
        aria-describedby="files-hint"
        value={draft.files}
        onInput={(event) => change({ files: event.currentTarget.value })}
      />
    </Field>
  );
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly children: JSX.Element;
}

function Field({ id, label, hint, children }: FieldProps): JSX.Element {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  );
}

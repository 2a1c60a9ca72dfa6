// Apache's canned pages: what a client reads when nothing better is configured. Texts are Apache's, byte for byte,
// since tests and people compare them; nothing a client sent is shown in them unescaped.

import { reasonPhrase, sentStatus } from '../wire/reason.ts';
import { coreDir, coreServer } from './core-config.ts';
import type { Exchange } from './exchange.ts';
import { serverName, serverPort } from './self-url.ts';
import { serverSoftware } from './software.ts';

/** Markup characters of a byte string as entities (Apache's ap_escape_html). */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ENTITIES[c]!);
}

const ENTITIES: { readonly [c: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const FIXED: { readonly [status: number]: string } = {
  305: `<p>This resource is only accessible through the proxy
<br />
You will need to configure your client to use that proxy.</p>
`,
  401: `<p>This server could not verify that you
are authorized to access the document
requested.  Either you supplied the wrong
credentials (e.g., bad password), or your
browser doesn't understand how to supply
the credentials required.</p>
`,
  404: '<p>The requested URL was not found on this server.</p>\n',
  408: '<p>Server timeout waiting for the HTTP request from the client.</p>\n',
  410: `<p>The requested resource is no longer available on this server and there is no forwarding address.
Please remove all references to this resource.</p>
`,
  412: '<p>The precondition on the request for this URL evaluated to false.</p>\n',
  414: `<p>The requested URL's length exceeds the capacity
limit for this server.<br />
</p>
`,
  415: `<p>The supplied request data is not in a format
acceptable for processing by this resource.</p>
`,
  416: `<p>None of the range-specifier values in the Range
request-header field overlap the current extent
of the selected resource.</p>
`,
  421: `<p>The client needs a new connection for this
request as the requested host name does not match
the Server Name Indication (SNI) in use for this
connection.</p>
`,
  422: `<p>The server understands the media type of the
request entity, but was unable to process the
contained instructions.</p>
`,
  423: `<p>The requested resource is currently locked.
The lock must be released or proper identification
given before the method can be applied.</p>
`,
  424: `<p>The method could not be performed on the resource
because the requested action depended on another
action and that other action failed.</p>
`,
  426: `<p>The requested resource can only be retrieved
using SSL.  The server is willing to upgrade the current
connection to SSL, but your client doesn't support it.
Either upgrade your client, or try requesting the page
using https://
`,
  428: '<p>The request is required to be conditional.</p>\n',
  429: `<p>The user has sent too many requests
in a given amount of time.</p>
`,
  431: `<p>The server refused this request because
the request header fields are too large.</p>
`,
  451: `<p>Access to this URL has been denied for legal reasons.<br />
</p>
`,
  503: `<p>The server is temporarily unable to service your
request due to maintenance downtime or capacity
problems. Please try again later.</p>
`,
  504: `<p>The gateway did not receive a timely response
from the upstream server or application.</p>
`,
  506: `<p>A variant for the requested resource
<pre>

</pre>
is itself a negotiable resource. This indicates a configuration error.</p>
`,
  507: `<p>The method could not be performed on the resource
because the server is unable to store the
representation needed to successfully complete the
request.  There is insufficient free space left in
your storage allocation.</p>
`,
  508: `<p>The server terminated an operation because
it encountered an infinite loop.</p>
`,
  510: `<p>A mandatory extension policy in the request is not
accepted by the server for this resource.</p>
`,
  511: `<p>The client needs to authenticate to gain
network access.</p>
`,
};

function bodyText(x: Exchange, status: number, location: string | undefined): string {
  const notes = x.note('error-notes') ?? '';
  const method = escapeHtml(x.initial().method);
  switch (status) {
    case 300:
      return x.note('variant-list') ?? '';
    case 301:
    case 302:
    case 307:
    case 308:
      return `<p>The document has moved <a href="${escapeHtml(location ?? '')}">here</a>.</p>\n`;
    case 303:
      return `<p>The answer to your request is located <a href="${escapeHtml(location ?? '')}">here</a>.</p>\n`;
    case 400:
      return `<p>Your browser sent a request that this server could not understand.<br />\n${notes}</p>\n`;
    case 403:
      return `<p>You don't have permission to access this resource.${notes}</p>\n`;
    case 405:
      return `<p>The requested method ${method} is not allowed for this URL.</p>\n`;
    case 406:
      return `<p>An appropriate representation of the requested resource could not be found on this server.</p>\n${x.note('variant-list') ?? ''}`;
    case 407:
      return FIXED[401]!;
    case 411:
      return `<p>A request of the requested method ${method} requires a valid Content-length.<br />\n${notes}</p>\n`;
    case 413:
      return `The requested resource does not allow request data with ${method} requests, or the amount of data provided in\nthe request exceeds the capacity limit.\n`;
    case 417:
      return expectationText(x);
    case 501:
      return `<p>${method} not supported for current URL.<br />\n${notes}</p>\n`;
    case 502:
      return `<p>The proxy server received an invalid\r\nresponse from an upstream server.<br />\r\n${notes}</p>\n`;
    default:
      return FIXED[status] ?? generalText(x);
  }
}

function expectationText(x: Exchange): string {
  const expect = x.headers.get('expect');
  const seen =
    expect === undefined
      ? 'No expectation was seen, the Expect request-header \nfield was not presented by the client.\n'
      : `The expectation given in the Expect request-header\nfield could not be met by this server.\nThe client sent<pre>\n    Expect: ${escapeHtml(expect)}\n</pre>\n`;
  return `<p>${seen}</p><p>Only the 100-continue expectation is supported.</p>\n`;
}

/** 500 and the statuses without a text of their own. */
function generalText(x: Exchange): string {
  // A module that explains a 500 itself (the proxy) replaces the apology.
  const verbose = x.note('verbose-error-to');
  const notes = x.note('error-notes');
  if (verbose === '*' && notes !== undefined) return `${notes}<p />\n`;
  const admin = escapeHtml(coreServer(x.server).serverAdmin ?? '[no address given]');
  return `<p>The server encountered an internal error or
misconfiguration and was unable to complete
your request.</p>
<p>Please contact the server administrator at \n ${admin} to inform them of the time this error occurred,
 and the actions you performed just before this error.</p>
<p>More information about this error may be available
in the server error log.</p>
`;
}

/** The line under an error page (ServerSignature), or ''. */
export function signature(x: Exchange): string {
  const kind = coreDir(x.dirConfig).serverSignature ?? 'off';
  if (kind === 'off') return '';
  const name = escapeHtml(serverName(x));
  const admin = coreServer(x.server).serverAdmin ?? '';
  const shown = kind === 'email' ? `<a href="mailto:${escapeHtml(admin)}">${name}</a>` : name;
  return `<hr>\n<address>${serverSoftware(x.site)} Server at ${shown} Port ${serverPort(x)}</address>\n`;
}

export interface ErrorPage {
  readonly status: number;
  /** Reason phrase to show when it is not the usual one. */
  readonly reason?: string | undefined;
  /** For redirects: where to. */
  readonly location?: string | undefined;
  /** The status that an ErrorDocument failed with, itself. */
  readonly recursive?: number | undefined;
}

/** The whole page as bytes. */
export function drawErrorPage(x: Exchange, page: ErrorPage): string {
  const reason = page.reason ?? reasonPhrase(page.status);
  const title = escapeHtml(
    `${page.reason === undefined ? sentStatus(page.status) : page.status} ${reason}`.trimEnd(),
  );
  const again =
    page.recursive === undefined
      ? ''
      : `<p>Additionally, a ${page.recursive} ${escapeHtml(reasonPhrase(page.recursive))}\nerror was encountered while trying to use an ErrorDocument to handle the request.</p>\n`;
  return (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n' +
    `<html><head>\n<title>${title}</title>\n</head><body>\n<h1>${escapeHtml(reason)}</h1>\n` +
    `${bodyText(x, page.status, page.location)}${again}${signature(x)}</body></html>\n`
  );
}

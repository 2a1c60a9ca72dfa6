// The `balancer-manager` handler: who may change something, what a request is about, and what is answered.
//
//   GET  ─ w, b, nonce, xml ─┐
//   POST ─ the form ─────────┴─> Referer ─> balancer, member ─> nonce ─> changes ─> page
//
// Apache: what comes from elsewhere, or without the balancer's nonce, is answered as if it had said nothing.

import { andThen, type Soon } from '../../../kit/wait.ts';
import type { Exchange } from '../../../request/exchange.ts';
import { logEvent } from '../../../request/log.ts';
import { serverName } from '../../../request/self-url.ts';
import { DECLINED, OK, type Verdict } from '../../../request/verdict.ts';
import type { Balancer } from '../balancer/balancer.ts';
import { addMember } from './add.ts';
import { changeBalancer, changeMember } from './changes.ts';
import { type Form, readForm } from './form.ts';
import { drawPage, type Remark } from './page.ts';
import { isFromHere } from './referer.ts';
import { findByShortName, findMember, type ManagerScene, type ManagerSettings } from './scene.ts';
import { POLICY } from './style.ts';
import { drawXml } from './xml.ts';

/** Answers a request for the manager, with the balancers of the server that answers. */
export function handleManager(
  x: Exchange,
  balancers: readonly Balancer[],
  settings: ManagerSettings,
): Soon<Verdict> {
  x.allowed = 'GET,HEAD,POST';
  if (x.method !== 'GET' && x.method !== 'HEAD' && x.method !== 'POST') return DECLINED;
  return andThen(readForm(x), (form) =>
    typeof form === 'number'
      ? form
      : answerForm(x, form, { x, balancers, settings, balancer: undefined, member: undefined }),
  );
}

const NOTHING: Form = new Map();

function answerForm(x: Exchange, sent: Form, empty: ManagerScene): Verdict {
  const isForeign = sent.size > 0 && !isFromHere(x);
  if (isForeign) {
    const referer = x.headers.get('referer') ?? '(null)';
    logEvent(
      x,
      'proxy_balancer',
      'error',
      `AH10187: ignoring params in balancer-manager cross-site access ${referer}: ${serverName(x)}`,
    );
  }
  const form = isForeign ? NOTHING : sent;
  const scene = pick(empty, form);
  const isKnown = mayChange(scene, form);
  if (isKnown && x.method === 'POST') {
    const failure = change(scene, form);
    if (failure !== undefined) return failure;
  }
  if (form.has('xml')) return answer(x, drawXml(scene.balancers), 'text/xml');
  const page = drawPage(scene, remarkOn(x, { isForeign, isKnown }));
  x.headersOut.set('Content-Security-Policy', POLICY);
  // The nonce in a link is nobody else's business.
  x.headersOut.set('Referrer-Policy', 'same-origin');
  x.headersOut.set('Cache-Control', 'no-store');
  return answer(x, page, 'text/html; charset=ISO-8859-1');
}

function answer(x: Exchange, text: string, type: string): Verdict {
  x.contentType = type;
  x.responseBody = text;
  x.contentLength = text.length;
  return OK;
}

/** What the form is about. */
function pick(scene: ManagerScene, form: Form): ManagerScene {
  const name = form.get('b');
  const balancer = name === undefined ? undefined : findByShortName(scene.balancers, name);
  const url = form.get('w');
  const member = balancer === undefined || url === undefined ? undefined : findMember(balancer, url);
  return { ...scene, balancer, member };
}

/** Apache: a balancer whose nonce is `None` cannot be changed at all. */
function mayChange({ balancer }: ManagerScene, form: Form): boolean {
  return balancer !== undefined && balancer.nonce !== '' && form.get('nonce') === balancer.nonce;
}

/** Carries out what the form asks for; a status where a member cannot be added. */
function change({ x, balancer, member, settings }: ManagerScene, form: Form): Verdict | undefined {
  if (balancer === undefined) return undefined;
  logChange(x, form);
  if (member !== undefined) changeMember(member, balancer, form, settings.health);
  changeBalancer(balancer, form, settings.methods);
  const url = form.get('b_nwrkr');
  if (form.get('b_wyes') !== '1' || url === undefined) return undefined;
  if (findMember(balancer, url) === undefined && addMember(balancer, url) !== undefined) return undefined;
  logEvent(x, 'proxy_balancer', 'error', `AH10164: ${balancer.name}: failed to add worker ${url}`);
  return 400;
}

/** Whoever looks after the server can read who has changed what. */
function logChange(x: Exchange, form: Form): void {
  const pairs = [...form].filter(([name]) => name !== 'nonce').map(([name, value]) => `${name}=${value}`);
  logEvent(x, 'proxy_balancer', 'notice', `balancer-manager: ${pairs.join(' ')}`);
}

function remarkOn(
  x: Exchange,
  { isForeign, isKnown }: { readonly isForeign: boolean; readonly isKnown: boolean },
): Remark | undefined {
  if (isForeign) {
    const text = 'Nothing was looked up or changed: the request does not come from a page of this server.';
    return { isGood: false, text };
  }
  if (x.method !== 'POST') return undefined;
  if (isKnown) return { isGood: true, text: 'The form was taken. What is shown below is in force now.' };
  return {
    isGood: false,
    text: 'Nothing was changed: the form is not of this balancer, or older than the last restart or reload. Open it again.',
  };
}

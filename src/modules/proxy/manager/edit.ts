// The forms that change a balancer or a member.

import { escapeHtml } from '../../../request/error-page.ts';
import type { Balancer } from '../balancer/balancer.ts';
import type { BalancerMember } from '../balancer/member.ts';
import { factorOf, stickyOf } from '../balancer/words.ts';
import type { HealthConfig } from '../hcheck/config.ts';
import { HEALTH_METHODS } from '../hcheck/methods.ts';
import { CHANGEABLE } from './changes.ts';
import { OWN_FORM } from './form.ts';
import { ownPath } from './links.ts';
import { field, hidden, onOff, select, textInput } from './markup.ts';
import { type ManagerScene, shortName } from './scene.ts';

/** The form that the request asks for, if any. */
export function drawForm(scene: ManagerScene): string {
  const { balancer, member } = scene;
  if (balancer === undefined) return '';
  if (member === undefined) return drawBalancerForm(scene, balancer);
  return drawMemberForm(scene, balancer, member);
}

function drawFrame(scene: ManagerScene, title: string, fields: string, carried: string): string {
  const action = escapeHtml(ownPath(scene.x));
  return (
    `<section aria-labelledby="edit">\n<h2 id="edit">${escapeHtml(title)}</h2>\n` +
    `<form method="post" enctype="application/x-www-form-urlencoded" action="${action}">\n` +
    `${hidden(OWN_FORM.name, OWN_FORM.value)}${fields}${carried}<button type="submit">Submit</button>\n</form>\n</section>\n`
  );
}

function drawMemberForm(scene: ManagerScene, balancer: Balancer, member: BalancerMember): string {
  const { health } = scene.settings;
  const flags = CHANGEABLE.filter(({ letter }) => letter !== 'C' || health !== undefined)
    .map(({ letter, bit, label }) => onOff(`w_status_${letter}`, label, member.is(bit)))
    .join('');
  const fields =
    field('Load factor', 'w_lf', textInput('w_lf', factorOf(member), ' inputmode="decimal"')) +
    field('LB Set', 'w_ls', textInput('w_ls', member.lbSet, ' inputmode="numeric"')) +
    field('Route', 'w_wr', textInput('w_wr', member.route)) +
    field('Route Redirect', 'w_rr', textInput('w_rr', member.redirect)) +
    `<fieldset><legend>Status</legend><div class="flags">${flags}</div></fieldset>\n` +
    (health === undefined ? '' : drawHealthFields(member, health));
  const carried =
    hidden('w', member.url) + hidden('b', shortName(balancer)) + hidden('nonce', balancer.nonce);
  return drawFrame(scene, `Edit worker settings for ${member.name}`, fields, carried);
}

function drawHealthFields({ health }: BalancerMember, { conditions }: HealthConfig): string {
  const methods = HEALTH_METHODS.map((method) => ({ value: method, label: method }));
  const exprs = conditions.map(({ name }) => ({ value: name, label: name }));
  const none = { value: '', label: '(the status alone)' };
  return (
    '<fieldset><legend>Health check</legend>\n' +
    field('Method', 'w_hm', select('w_hm', methods, health.method)) +
    field('Expr', 'w_he', select('w_he', [none, ...exprs], health.expr)) +
    field('Interval (ms)', 'w_hi', textInput('w_hi', health.interval, ' inputmode="numeric"')) +
    field('Passes trigger', 'w_hp', textInput('w_hp', health.passes, ' inputmode="numeric"')) +
    field('Fails trigger', 'w_hf', textInput('w_hf', health.fails, ' inputmode="numeric"')) +
    field('HC uri', 'w_hu', textInput('w_hu', health.uri)) +
    '</fieldset>\n'
  );
}

function drawBalancerForm(scene: ManagerScene, balancer: Balancer): string {
  const { params } = balancer;
  const methods = scene.settings.methods.map((method) => ({ value: method, label: method }));
  const fields =
    field('LBmethod', 'b_lbm', select('b_lbm', methods, params.lbmethod ?? 'byrequests')) +
    field(
      'Timeout',
      'b_tmo',
      textInput('b_tmo', Math.floor((params.timeout ?? 0) / 1000), ' inputmode="numeric"'),
      'Seconds',
    ) +
    field('Failover Attempts', 'b_max', textInput('b_max', balancer.maxAttempts, ' inputmode="numeric"')) +
    onOff('b_sforce', 'Disable Failover', params.noFailover === true) +
    field(
      'Sticky Session',
      'b_ss',
      textInput('b_ss', stickyOf(params.sticky, params.stickyPath), ' aria-describedby="b_ss-help"'),
      "Use '-' to delete",
    ) +
    drawNewMember(balancer);
  const carried = hidden('b', shortName(balancer)) + hidden('nonce', balancer.nonce);
  return drawFrame(scene, `Edit balancer settings for ${balancer.name}`, fields, carried);
}

function drawNewMember({ mostMembers, members }: Balancer): string {
  if (members.length >= mostMembers) return '';
  return (
    field('Add New Worker', 'b_nwrkr', textInput('b_nwrkr', '', ' inputmode="url"'), 'It begins disabled') +
    '<p><label for="b_wyes"><input type="checkbox" name="b_wyes" id="b_wyes" value="1"> Are you sure?</label></p>\n'
  );
}

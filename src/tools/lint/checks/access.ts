// Access control that lets in other people than it looks.

import { type Block, linesNamed, linesOfAccess } from '../blocks.ts';
import { type Check, config, htaccess } from '../check.ts';

const orderMixed: Check = {
  id: 'order-with-require',
  severity: 'warning',
  title: 'Old and new access control stand side by side',
  why: 'Order, Allow and Deny are another module than Require: both have their say, in one order or another with Satisfy, and hardly anybody can tell who is let in.',
  mend: 'Write it with Require alone: Require all granted, Require all denied, Require ip 192.0.2.0/24',
  bad: [htaccess('Order deny,allow\nDeny from all\nRequire ip 192.0.2.0/24')],
  good: [
    htaccess('Require ip 192.0.2.0/24'),
    htaccess('Order deny,allow\nDeny from all\nAllow from 192.0.2.0/24'),
  ],
  run(target, report) {
    for (const block of target.blocks) {
      const [old] = linesNamed(block, 'order', 'allow', 'deny');
      const requires = linesOfAccess(block, 'require');
      // Who logs in, and where from, are asked by the two together: that is how it used to be written.
      const isHost = requires.some(({ words }) =>
        /^(?:all|ip|host|local|env|expr|method|not)$/i.test(words[0] ?? ''),
      );
      if (old !== undefined && isHost) report(old, { message: `${old.node.name} stands beside Require` });
    }
  },
};

const grantedWins: Check = {
  id: 'require-all-granted',
  severity: 'warning',
  title: 'Require all granted makes the lines beside it void',
  why: 'Of several Require lines one is enough: everybody passes this one, so that the others keep nobody out.',
  mend: 'Take it out, or put what must hold at once into <RequireAll>.',
  bad: [
    htaccess('Require all granted\nRequire ip 192.0.2.0/24'),
    config('<Directory /srv/www>\nRequire valid-user\nRequire all granted\n</Directory>'),
  ],
  good: [
    htaccess('<RequireAll>\nRequire all granted\nRequire not ip 192.0.2.0/24\n</RequireAll>'),
    htaccess('Require ip 192.0.2.0/24'),
  ],
  run(target, report) {
    for (const block of target.blocks) {
      if (block.kind === 'require' && block.name !== 'requireany') continue;
      const lines = linesNamed(block, 'require');
      const granted = lines.find(({ words }) => /^all granted$/i.test(words.join(' ')));
      const others = lines.filter((line) => line !== granted && !/^all /i.test(`${line.words.join(' ')} `));
      if (granted !== undefined && others.length > 0)
        report(granted, {
          message: `everybody passes this line, so that line ${others[0]!.node.line.placeAt().line} keeps nobody out`,
        });
    }
  },
};

const limitLeaves: Check = {
  id: 'limit-leaves-methods',
  severity: 'warning',
  title: 'Access is controlled for some methods only',
  why: 'What stands in <Limit GET POST> holds for these methods; a request with any other one, PUT or a made-up name, passes without a look.',
  mend: 'Take <Limit> out, so that the lines hold for every method; or deny the rest in <LimitExcept>.',
  bad: [
    htaccess(
      'AuthType Basic\nAuthName x\nAuthUserFile /etc/passwords\n<Limit GET POST>\nRequire valid-user\n</Limit>',
    ),
  ],
  good: [
    htaccess('AuthType Basic\nAuthName x\nAuthUserFile /etc/passwords\nRequire valid-user'),
    htaccess('<LimitExcept GET POST>\nRequire all denied\n</LimitExcept>'),
    htaccess('<Limit PUT DELETE>\nRequire all denied\n</Limit>'),
  ],
  run(target, report) {
    for (const block of target.blocks) {
      if (block.name !== 'limit' || !block.words.some((word) => /^GET$/i.test(word))) continue;
      const keeps = [...linesOfAccess(block, 'require', 'deny')].filter(
        ({ name, words }) => name === 'deny' || !/^all granted$/i.test(words.join(' ')),
      );
      if (keeps.length === 0 || isClosedElsewhere(block)) continue;
      report(block, { message: `other methods than ${block.words.join(' ')} are not asked` });
    }
  },
};

function isClosedElsewhere({ parent }: Block): boolean {
  return (
    parent !== undefined &&
    (linesNamed(parent, 'require').length > 0 || parent.blocks.some(({ name }) => name === 'limitexcept'))
  );
}

const satisfy: Check = {
  id: 'satisfy-any',
  severity: 'note',
  title: 'Satisfy Any lets in whoever passes one of the two',
  why: "An address that is allowed needs no password, and everybody is allowed where no Deny says otherwise. Satisfy is the old module's word.",
  mend: 'Write <RequireAny> with Require ip and Require valid-user in it.',
  bad: [htaccess('AuthType Basic\nAuthName x\nAuthUserFile /etc/passwords\nRequire valid-user\nSatisfy Any')],
  good: [
    htaccess(
      'AuthType Basic\nAuthName x\nAuthUserFile /etc/passwords\n<RequireAny>\nRequire valid-user\nRequire ip 192.0.2.0/24\n</RequireAny>',
    ),
  ],
  run(target, report) {
    for (const block of target.blocks)
      for (const line of linesNamed(block, 'satisfy')) {
        if (!/^any$/i.test(line.words[0] ?? '')) continue;
        const denies = linesNamed(block, 'deny').length > 0;
        report(line, {
          message: denies
            ? 'either an address or a password is enough'
            : 'no Deny stands here: everybody passes without a password',
        });
      }
  },
};

const rootGranted: Check = {
  id: 'root-granted',
  severity: 'error',
  title: 'The whole file system is granted',
  why: 'A rule, an Alias or a link that leads somewhere else then serves what is there: passwords, keys, the sources.',
  mend: 'Write Require all denied for <Directory />, and grant the directories that are to be served.',
  bad: [config('<Directory />\nRequire all granted\n</Directory>')],
  good: [
    config(
      '<Directory />\nRequire all denied\n</Directory>\n<Directory /srv/www>\nRequire all granted\n</Directory>',
    ),
  ],
  run(target, report) {
    for (const block of target.blocks) {
      if (block.name !== 'directory' || block.words[0] !== '/') continue;
      const line = linesNamed(block, 'require').find(({ words }) => /^all granted$/i.test(words.join(' ')));
      if (line !== undefined) report(line, { message: 'every file of this machine may be served' });
    }
  },
};

export const access: readonly Check[] = [orderMixed, grantedWins, limitLeaves, satisfy, rootGranted];

// Every code of a finding about configuration, with one sentence each. A code never changes its meaning.

/** Sentence by code; docs/errors.md is made from it. */
export const confCodes = {
  'conf/bad-argument': 'A directive does not accept the value that it was given.',
  'conf/bad-define': 'Define or UnDefine names a variable that cannot exist.',
  'conf/bad-regex': 'A regular expression cannot be compiled.',
  'conf/bad-expression': 'The condition of an If section cannot be parsed.',
  'conf/bad-server-root': 'ServerRoot does not name a directory.',
  'conf/bad-version': 'The argument of IfVersion is not a comparison with a version number.',
  'conf/bad-vhost-address': 'An address of a VirtualHost section is not valid or could not be looked up.',
  'conf/cannot-read': 'A configuration file or a directory of such files could not be read.',
  'conf/duplicate-app':
    'Two App sections have the same name or the same address, or one has an address of the server.',
  'conf/duplicate-module': 'LoadModule names a module that is loaded already.',
  'conf/else-without-if': 'An Else or ElseIf section does not follow an If section.',
  'conf/error-directive': 'The configuration stops itself with an Error directive.',
  'conf/extra-words':
    'Words after the last argument of a directive, or after the > of a section, have no effect.',
  'conf/include-depth': 'Include directives lead back to a file that is being read, or nest too deep.',
  'conf/include-no-match': 'The wildcard of an Include directive matches no file.',
  'conf/line-too-long':
    'A line, with its continuations and what its variables stand for, is longer than 16 MiB.',
  'conf/macro': 'A Macro section or its use is not right.',
  'conf/missing-argument': 'A section lacks the argument that says what it applies to.',
  'conf/missing-bracket': 'The > that ends the opening or closing of a section is missing.',
  'conf/nesting-depth': 'Sections stand inside each other more than 100 deep.',
  'conf/no-effect': 'A directive is accepted and does nothing here.',
  'conf/not-allowed-here': 'A directive may not stand in this place.',
  'conf/nul-byte': 'A line has a NUL byte, as in UTF-16 text; the configuration is read as bytes.',
  'conf/section-not-closed': 'A section has no closing line in the file where it begins.',
  'conf/undefined-variable': 'A variable in a line is neither defined nor in the environment.',
  'conf/unclosed-quote': 'A quoted argument has no closing quote, so it runs to the end of the line.',
  'conf/unexpected-close': 'A closing line closes no section, or another than the innermost one.',
  'conf/unknown-app': 'A target names an application that no App section describes.',
  'conf/unknown-directive': 'No loaded module has a directive of this name.',
  'conf/unknown-module': 'LoadModule names a module that portico has no code for.',
  'conf/useless-directive': 'A directive is accepted in this place but has no effect there.',
  'conf/wrong-arity': 'A directive has too few or too many arguments.',
} as const;

/** A code of this room. */
export type ConfCode = keyof typeof confCodes;

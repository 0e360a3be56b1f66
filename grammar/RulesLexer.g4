// Words, signs and literals of the language (docs/language.md, "Lexical").
//
// The lexer does not see code points but classes: compiler/parse/reader maps every character above ASCII to
//   \u0001 a letter, \u0002 what may only continue a name (marks, digits, the middle dots),
//   \u0003 a full-width or typographic sign that has an ASCII counterpart, \u0004 anything else.
// Spaces of any script arrive as ' '. So the tables stay small, every character is one step in the lexer's cache, and
// the Unicode version is the one that names are compared with.
//
// What depends on neighbours is settled in compiler/parse/lex.cpp: `}` that ends `${`, regular expressions behind
// `matches`, soft words used as names, `first(`, `time since`, signs of other languages (`&&`, `;`, full-width `＝`).
lexer grammar RulesLexer;

// TEXT stands for a whole text literal, BLOCK for a whole `{ ... }`: the parser reads a statement at a time, and what
// these two hold is read for itself (compiler/parse/statement.h). END is the end of a statement, INTERP_CLOSE the `}` of
// `${ }`; the others are words told apart by what follows them.
tokens { TEXT, BLOCK, END, INTERP_CLOSE, TIME_SINCE, SINCE_ENROLMENT, MIN_OF, MAX_OF, FIRST_OF }

// ---- reserved everywhere
AND: 'and'; OR: 'or'; NOT: 'not'; IN: 'in'; IS: 'is'; IF: 'if'; THEN: 'then'; ELSE: 'else'; MATCH: 'match';
WHERE: 'where'; WHEN: 'when'; PER: 'per'; FOR: 'for'; ON: 'on'; TRUE: 'true'; FALSE: 'false'; KNOWN: 'known';
UNKNOWN: 'unknown'; OTHERWISE: 'otherwise'; NO: 'no'; LAST: 'last'; COUNT: 'count'; EXISTS: 'exists'; SUM: 'sum';
AVG: 'avg'; SINCE: 'since'; BETWEEN: 'between'; CONTAINS: 'contains'; LIKE: 'like'; MATCHES: 'matches';
STARTS: 'starts'; ENDS: 'ends'; HAS: 'has';

// ---- soft words: keywords in their place, names anywhere else (rule `soft` of the parser lists them)
USE: 'use'; TIMEZONE: 'timezone'; CALENDAR: 'calendar'; ENUM: 'enum'; OBJECT: 'object'; EVENT: 'event'; LIST: 'list';
LET: 'let'; FN: 'fn'; SCORE: 'score'; GRID: 'grid'; TABLE: 'table'; SEGMENT: 'segment'; TEMPLATE: 'template';
WORKFLOW: 'workflow'; SEQUENCE: 'sequence'; ACTION: 'action'; CAP: 'cap'; TEST: 'test'; CASES: 'cases';
EVALUATE: 'evaluate';
OWNER: 'owner'; REVIEW: 'review'; TAGS: 'tags'; BY: 'by'; OF: 'of'; FROM: 'from'; AS: 'as'; AT: 'at'; TO: 'to';
WITH: 'with'; THE: 'the'; IT: 'it'; ALL: 'all'; ONE: 'one';
EXCEPT: 'except'; FISCAL: 'fiscal'; ORDERED: 'ordered'; FORWARD: 'forward'; ONLY: 'only'; KEY: 'key'; MANY: 'many';
SET: 'set'; HISTORY: 'history'; ID_COLUMN: 'id'; SEQ: 'seq'; RECEIVED: 'received';
UPDATED: 'updated';
MAX: 'max'; MIN: 'min'; FIRST: 'first'; GROUP: 'group'; BANDS: 'bands'; LEAVE: 'leave'; BELOW: 'below';
RUNNING: 'running'; RESET: 'reset'; GRANTED: 'granted'; POINTS_WORD: 'points'; MORE_WORD: 'more';
WITHOUT: 'without'; DISTINCT: 'distinct'; LATEST: 'latest'; MOST: 'most'; EVERY: 'every'; DECAY: 'decay';
LINEAR: 'linear'; COMPOUND: 'compound'; EXPIRES: 'expires'; AFTER: 'after'; BEFORE: 'before'; GIVES: 'gives';
POSITIVE: 'positive'; EXCLUDE: 'exclude'; WORD: 'word'; BEEN: 'been'; WAS: 'was'; IGNORING: 'ignoring';
CASE: 'case'; TIME: 'time'; USER: 'user'; CHANGE: 'change'; BUSINESS: 'business';
CLASS: 'class'; LAW: 'law'; PRIORITY: 'priority'; BECOMING: 'becoming'; ENTERING: 'entering'; LEAVING: 'leaving';
MANUALLY: 'manually'; ACCEPT: 'accept'; LATE: 'late'; SUPPRESS: 'suppress'; GOAL: 'goal'; ONCE: 'once';
RESTART: 'restart'; MATCHING: 'matching'; EXISTING: 'existing'; NONE: 'none'; ENROL: 'enrol'; UNENROL: 'unenrol';
LIMIT: 'limit'; IMPORT: 'import'; FIRES: 'fires'; EDGES: 'edges'; REQUIRE: 'require'; CONSENT: 'consent';
EXCLUSIVE: 'exclusive'; SEND: 'send'; WINDOW: 'window'; TASKS: 'tasks'; TOO: 'too'; SPREAD: 'spread';
STALE: 'stale'; STAY: 'stay'; MOVE: 'move'; NEXT: 'next'; WAIT: 'wait'; END_WORD: 'end'; PUBLISH: 'publish';
TRIGGERS: 'triggers'; STOP: 'stop'; DEFER: 'defer'; SKIP_WORD: 'skip'; CONTINUE: 'continue'; EXIT: 'exit';
STEP: 'step'; PLANNED: 'planned'; UNTIL: 'until'; ENROLMENT: 'enrolment'; PAST: 'past'; UP: 'up'; GRANT: 'grant';
REASON: 'reason'; BACK: 'back'; NOTIFY: 'notify'; TASK: 'task'; PHONE: 'phone'; MAIL: 'mail'; ASSIGN: 'assign';
DUE: 'due'; REMIND: 'remind'; DONE: 'done'; TEAM: 'team'; TURN: 'turn'; FEWEST: 'fewest'; OPEN: 'open';
CALL: 'call'; RETRY: 'retry'; BACKOFF: 'backoff'; FAILURE: 'failure'; ADD: 'add'; REMOVE: 'remove';
WEBHOOK: 'webhook'; CREATE: 'create'; SPLIT: 'split'; HOLDOUT: 'holdout';
NOW: 'now'; EXPECT: 'expect'; TIMES: 'times'; MAILS: 'mails'; REFUSED: 'refused';
UNIT: ('second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year') 's'?;
HALF_LIFE: 'half-life'; RE_ENTER: 're-enter'; IN_FLIGHT: 'in-flight';

// ---- literals
BLOCK_OPEN: '"""' -> pushMode(BLOCK_TEXT);
STR_OPEN: '"' -> pushMode(LINE_TEXT);
DATETIME: DATE_ 'T' CLOCK_ ('Z' | [+\-] D D ':' D D)?;
DATE: DATE_;
CLOCKS: CLOCK_ '-' CLOCK_;
CLOCK: CLOCK_;
// Read as what they must mean, with a message: `2026/4/1`, `9:00`, `30d`, `5k`.
ODD_DATE: D D D D '/' D D? '/' D D? | D D D D '-' D D? '-' D D?;
ODD_CLOCK: D ':' D D (':' D D)?;
PERCENT: NUM_ '%';
SPAN: D+ [hms];
POINTS: [+\-] NUM_;
NUMBER: NUM_;
NUMBER_WORD: NUM_ [a-zA-Z\u0001] [a-zA-Z0-9_\u0001\u0002]*;
fragment DATE_: D D D D '-' D D '-' D D;
fragment CLOCK_: D D ':' D D (':' D D)?;
fragment NUM_: D [0-9_]* ('.' D+)?;
fragment D: [0-9];

// ---- signs
ARROW: '=>'; EQ: '=='; NE: '!='; LE: '<='; GE: '>='; LT: '<'; GT: '>'; ASSIGN_SIGN: '='; PLUS: '+'; MINUS: '-';
STAR: '*'; SLASH: '/'; DOTS: '..'; DOT: '.'; COMMA: ','; COLON: ':'; QUEST: '?'; PIPE: '|'; UNDER: '_';
LP: '('; RP: ')'; LB: '['; RB: ']'; LC: '{'; RC: '}';
// Of other languages: named in a message, then read as ours.
AMP_AMP: '&&'; PIPE_PIPE: '||'; BANG: '!'; LT_GT: '<>'; EQ_EQ_EQ: '==='; NE_EQ: '!=='; EQ_LT: '=<'; COLON_EQ: ':=';
THIN_ARROW: '->'; DOTS_3: '...'; SEMI: ';'; QUOTE: '\'';

ID: [a-zA-Z_\u0001] [a-zA-Z0-9_\u0001\u0002]*;
SIGN: [\u0003]+;

// ---- not seen by the parser
DOC: '///' (~[/\r\n] ~[\r\n]*)? -> channel(HIDDEN);
LINE: '//' ~[\r\n]* -> channel(HIDDEN);
BLOCK_COMMENT: '/*' (~'*' | '*'+ ~[*/])* '*'+ '/' -> channel(HIDDEN);
OPEN_COMMENT: '/*' (~'*' | '*'+ ~[*/])* '*'* -> channel(HIDDEN);
HASH: '#' ~[\r\n]* -> channel(HIDDEN);
WS: [ \t]+ -> channel(HIDDEN);
NL: ('\r'? '\n' | '\r') -> channel(HIDDEN);
BAD: .;

// "..." ends on its line.
mode LINE_TEXT;
STR_CLOSE: '"' -> popMode;
INTERP: '${' -> pushMode(DEFAULT_MODE);
CHARS: (~["\\$\r\n] | '\\' ~[\r\n])+;
DOLLAR: '$' -> type(CHARS);
LONE_BACKSLASH: '\\' -> type(CHARS);
TEXT_NL: ('\r'? '\n' | '\r') -> channel(HIDDEN), popMode;

// """...""" may hold line ends and single quotes.
mode BLOCK_TEXT;
BLOCK_CLOSE: '"""' -> popMode;
B_INTERP: '${' -> type(INTERP), pushMode(DEFAULT_MODE);
B_CHARS: (~["\\$] | '\\' .)+ -> type(CHARS);
B_ONE: ["$\\] -> type(CHARS);

// Entered for one token behind `matches`.
mode REGEX_PLACE;
REGEX: '/' (~[/\\\r\n] | '\\' ~[\r\n])+ '/' -> popMode;
OPEN_REGEX: '/' (~[/\\\r\n] | '\\' ~[\r\n])* -> popMode;

// The language a statement at a time (docs/language.md).
//
// compiler/parse/layout cuts a file into statements: a line and what continues it. A `{ ... }` inside a statement is
// one BLOCK token, a text literal one TEXT token; what they hold is read afterwards, a BLOCK line by line with the entry
// rule that its place calls for (named in a comment beside it). So a mistake spoils the line it is on, never another,
// and no input makes the parser recurse deeper than the brackets of one statement.
parser grammar RulesParser;
options { tokenVocab = RulesLexer; }

// ---- entry rules: what a statement of each place may be
declaration: decl EOF;
calendarLine: calendarItem+ EOF;
enumLine: member+ EOF;
propertyLine: property+ EOF;
scoreLine: scoreItem EOF;
pointRows: pointRow+ EOF;
valueRows: valueRow+ EOF;
gridRows: gridRow+ EOF;
tableRows: tableRow+ EOF;
bandLine: band+ EOF;
recordLine: field (COMMA? field)* COMMA? EOF;
interpolation: expr EOF;
templateLine: templateItem EOF;
actionLine: actionItem EOF;
workflowLine: (clause | statement) EOF;
stepRows: stepRow+ EOF;
outcomeLine: outcome+ EOF;
splitLine: splitArm+ EOF;
testLine: testItem EOF;

// ---- names and small parts
name: ID | soft;
soft: USE | TIMEZONE | CALENDAR | ENUM | OBJECT | EVENT | LIST | LET | FN | SCORE | GRID | TABLE | SEGMENT | TEMPLATE
    | WORKFLOW | SEQUENCE | ACTION | CAP | TEST | CASES | EVALUATE | softInTest | NOW | AFTER | SET | EXPECT;
// Names that may begin a line of a test.
softInTest: OWNER | REVIEW | TAGS | BY | OF | FROM | AS | AT | TO | WITH | THE | IT | ALL | ONE | EXCEPT | FISCAL
    | ORDERED | FORWARD | ONLY | KEY | MANY | HISTORY | ID_COLUMN | SEQ | RECEIVED | UPDATED | MAX | MIN | FIRST | GROUP | BANDS
    | LEAVE | BELOW | RUNNING | RESET | GRANTED | POINTS_WORD | MORE_WORD | WITHOUT | DISTINCT | LATEST | MOST | EVERY
    | DECAY | LINEAR | COMPOUND | EXPIRES | BEFORE | GIVES | POSITIVE | EXCLUDE | WORD | BEEN | WAS | IGNORING | CASE
    | TIME | USER | CHANGE | BUSINESS | CLASS | LAW | PRIORITY | BECOMING | ENTERING | LEAVING | MANUALLY | ACCEPT
    | LATE | SUPPRESS | GOAL | ONCE | RESTART | MATCHING | EXISTING | NONE | ENROL | UNENROL | LIMIT | IMPORT | FIRES
    | EDGES | REQUIRE | CONSENT | EXCLUSIVE | SEND | WINDOW | TASKS | TOO | SPREAD | STALE | STAY | MOVE | NEXT | WAIT
    | END_WORD | PUBLISH | TRIGGERS | STOP | DEFER | SKIP_WORD | CONTINUE | EXIT | STEP | PLANNED | UNTIL | ENROLMENT
    | PAST | UP | GRANT | REASON | BACK | NOTIFY | TASK | PHONE | MAIL | ASSIGN | DUE | REMIND | DONE | TEAM | TURN
    | FEWEST | OPEN | CALL | RETRY | BACKOFF | FAILURE | ADD | REMOVE | WEBHOOK | CREATE | SPLIT | HOLDOUT | TIMES
    | MAILS | REFUSED | UNIT;
path: name (DOT name)*;
duration: NUMBER BUSINESS? UNIT | SPAN+;
amount: POINTS | NUMBER;
moment: DATE CLOCK? | DATETIME;
// What stands behind the word of a declaration: its name, label, owner, review date and tags.
head: name TEXT? meta*;
meta: OWNER TEXT | REVIEW BY DATE | TAGS LB tag (COMMA tag)* RB;
tag: name | TEXT;

// ---- declarations
decl: use | timezone | calendar | enumDecl | object | event | list | let | fn | score | grid | table | segment
    | messageTemplate | workflow | sequence | action | cap | test | cases | evaluate;
use: USE name (DOT name)*;
timezone: TIMEZONE TEXT;
calendar: CALENDAR head BLOCK;                                                        // calendarLine
calendarItem: workDays (COMMA workDays)* | EXCEPT holiday (COMMA holiday)* | UNIT STARTS name | FISCAL UNIT STARTS name;
workDays: ID (DOTS ID)? CLOCKS?;
holiday: DATE TEXT?;

enumDecl: ENUM head enumFlag* BLOCK;                                                  // enumLine
enumFlag: ORDERED | FORWARD ONLY;
member: name (TEXT (PIPE TEXT)*)?;

object: OBJECT head objectOption* BLOCK;                                              // propertyLine
objectOption: FROM TEXT | UPDATED TEXT;
property: name COLON (MANY name BY name | type) propertyOption*;
propertyOption: KEY | TEXT | FROM TEXT | UNKNOWN TEXT (COMMA TEXT)* | TRUE TEXT (COMMA TEXT)* | FALSE TEXT (COMMA TEXT)*
    | HISTORY TEXT | AS name;
type: (SET LT name GT | name (LP (NUMBER | name) RP)?) QUEST?;

event: EVENT head OF name (ASSIGN_SIGN name (COMMA name)*)? eventOption* BLOCK?;      // propertyLine
eventOption: FROM TEXT | BY TEXT | AT TEXT | ID_COLUMN TEXT | SEQ TEXT | RECEIVED TEXT | UPDATED TEXT | WHERE condition;

list: LIST head OF name (FROM TEXT)?;
let: LET head (FOR name)? ASSIGN_SIGN expr (AS name)?;
fn: FN head parameters ASSIGN_SIGN expr;
parameters: LP (parameter (COMMA parameter)*)? RP;
parameter: name COLON type;

// ---- scores
score: SCORE head FOR name scoreOption* (ASSIGN_SIGN expr scoreOption*)? BLOCK?;      // scoreLine
scoreOption: RUNNING | limit | RESET ON source (COMMA source)*;
limit: (MAX | MIN) amount;
scoreItem: GRANTED option* | whenRule | perRule | matchRule | group | bands;
whenRule: points WHEN condition (COMMA AND points MORE_WORD EVERY duration)? limit*;
perRule: points PER (duration WITHOUT source limit* | source option*);
points: POINTS | LP expr RP POINTS_WORD;
matchRule: MATCH ALL? subjects BLOCK limit*;                                          // pointRows
group: GROUP name TEXT? limit* BLOCK;                                                 // scoreLine
bands: BANDS name TEXT? BLOCK;                                                        // bandLine
band: name TEXT? (FROM amount)? (LEAVE BELOW amount)?;
source: (CHANGE OF path (FROM sum)? (TO sum)? | path) (WHERE condition)?;
option: DISTINCT BY path LATEST? | AT MOST NUMBER (PER UNIT | EVERY duration)? | window | DECAY decay
    | EXPIRES AFTER duration | limit;
decay: (LINEAR | COMPOUND) PERCENT EVERY duration | HALF_LIFE duration;
window: IN LAST NUMBER CALENDAR UNIT | IN LAST duration | SINCE sum | BETWEEN sum AND sum | IN THE duration BEFORE IT;

grid: GRID head FOR name BY LP expr (COMMA expr)* RP BLOCK;                           // gridRows
table: TABLE head FOR name BY LP expr (COMMA expr)* RP GIVES LP name (COMMA name)* RP BLOCK;  // tableRows
segment: SEGMENT head FOR name WHERE expr;
evaluate: EVALUATE head OF name (AS OF sum)? POSITIVE WHEN condition (EXCLUDE WHEN condition)?;

// ---- rows of match, grids and tables
subjects: LP expr (COMMA expr)+ RP | expr;
pointRow: patterns ARROW points;
valueRow: patterns ARROW (UNKNOWN | expr);
gridRow: patterns ARROW name TEXT?;
tableRow: patterns ARROW (LP rowCell (COMMA rowCell)+ RP | rowCell);
rowCell: UNKNOWN | expr;
patterns: pattern (COMMA pattern)*;
pattern: OTHERWISE | UNKNOWN | UNDER | comparison constant | constant (DOTS constant?)? | DOTS constant
    | LP pattern (COMMA pattern)* RP | LB pattern (COMMA pattern)* RB;
constant: MINUS? literal | path;
comparison: EQ | NE | LT | LE | GT | GE;

// ---- expressions, loose to tight, one rule a level
condition: orTest;
expr: IF orTest THEN orTest ELSE expr | orTest (ELSE orTest)*;
orTest: andTest (OR andTest)*;
andTest: notTest (AND notTest)*;
notTest: NOT* tested;
tested: inGroup | noEvent | sum (testTail suffix*)?;
inGroup: IN (SEGMENT | LIST) name;
noEvent: NO (LP source aggregateOption RP | (CHANGE OF path (FROM sum)? (TO sum)? | path) window?);
testTail: comparison sum
    | NOT? IN (SEGMENT | LIST) name
    | NOT? IN LAST (NUMBER CALENDAR UNIT | duration)
    | NOT? IN sum (DOTS sum)?
    | SINCE sum
    | BETWEEN sum AND sum
    | IS (KNOWN | UNKNOWN)
    | (CONTAINS WORD? | STARTS WITH | ENDS WITH | LIKE | MATCHES) sum
    | HAS BEEN sum (FOR duration)?
    | WAS sum;
suffix: OR UNKNOWN | IGNORING CASE;
sum: product ((PLUS | MINUS) product)*;
product: unary ((STAR | SLASH) unary)*;
unary: MINUS* primary;
primary: atom (DOT name)*;
atom: literal | aggregate | MATCH subjects BLOCK | USER TEXT | TIME_SINCE SINCE primary | call | name | LP expr RP
    | LB (expr (COMMA expr)*)? COMMA? RB;                                             // MATCH: valueRows
call: name LP (expr (COMMA expr)*)? RP | (MIN_OF | MAX_OF) LP expr (COMMA expr)+ RP;
aggregate: (COUNT | EXISTS | SUM | AVG | MIN_OF | MAX_OF | FIRST_OF | LAST) LP source aggregateOption RP;
aggregateOption: (DISTINCT BY path)? window?;
literal: duration | NUMBER | POINTS | PERCENT | ID NUMBER | DATE CLOCK? | DATETIME | CLOCK | TRUE | FALSE | TEXT | REGEX;

// ---- messages and outside effects
messageTemplate: TEMPLATE head FOR name templateOption* BLOCK;                               // templateLine
templateOption: CLASS name (REASON TEXT)? | LAW name (COMMA name)*;
templateItem: FROM (TEXT | path) (AS TEXT)? | name TEXT;
action: ACTION head parameters (WEBHOOK TEXT)? BLOCK?;                                // actionLine
actionItem: WEBHOOK TEXT BLOCK? | field (COMMA? field)* COMMA? | name TEXT;           // recordLine
field: name COLON (UNKNOWN | expr);
cap: CAP name rate (COMMA rate)* (DEFER | SKIP_WORD)?;
rate: NUMBER PER (UNIT | duration);

// ---- automation
workflow: WORKFLOW head FOR name (PRIORITY NUMBER)? BLOCK;                            // workflowLine
sequence: SEQUENCE head FOR name (PRIORITY NUMBER)? BLOCK;                            // workflowLine
clause: trigger (OR trigger)* | KEY expr | SUPPRESS name (COMMA name)* | GOAL condition (COUNT FOR duration AFTER)?
    | ONCE | RESTART | RE_ENTER (AFTER duration)? (AT MOST NUMBER)? | ONLY IF condition
    | LEAVE WHEN NOT MATCHING | EXISTING (NONE | ENROL (LIMIT rate)?) | IMPORT FIRES (NONE | EDGES)
    | REQUIRE CONSENT name | EXCLUSIVE GROUP name | CALENDAR name | sendWindow | STALE AFTER duration
    | IN_FLIGHT (STAY | MOVE AT NEXT WAIT | END_WORD) | PUBLISH FIRES TRIGGERS | STOP ON path (COMMA path)*;
trigger: ON (BECOMING condition | (ENTERING | LEAVING) name | moment | eventTrigger) (ACCEPT LATE duration)?
    | EVERY (UNIT ON NUMBER | UNIT | ID) CLOCK
    | duration (BEFORE | AFTER) path (AT CLOCK)?
    | MANUALLY;
eventTrigger: (CHANGE OF path (FROM sum)? (TO sum)? | path) (AS name)? (WHERE condition)?;
sendWindow: SEND WINDOW workDays (COMMA workDays)* (OF name)? (IN path TIMEZONE ELSE TEXT)? (TASKS TOO)? (SPREAD duration)?;

statement: (STEP name COLON)? (step (WHEN condition)? | branch);
step: SEND name (TO path (WHERE condition)?)? (WITH name TEXT)*
    | WAIT duration (OF name)? (FROM PLANNED)?
    | WAIT UNTIL until
    | GRANT amount TO name REASON TEXT
    | SET path ASSIGN_SIGN expr (MOVE BACK)?
    | NOTIFY recipient TEXT
    | (PHONE | MAIL)? TASK (TEXT | name) taskOption* BLOCK?                           // outcomeLine
    | CALL name LP (expr (COMMA expr)*)? RP onFail*
    | WEBHOOK TEXT BLOCK? onFail*                                                     // recordLine
    | ADD TO name | REMOVE FROM name
    | ENROL path? IN name | UNENROL FROM name
    | CREATE name BLOCK                                                               // recordLine
    | EXIT;
recipient: USER TEXT | TEAM TEXT | path;
taskOption: ASSIGN (ONE OF TEAM TEXT BY (TURN | FEWEST OPEN TASKS) | recipient) | DUE IN duration | REMIND NEXT CLOCK
    | UNTIL DONE | UP TO duration;
until: ID CLOCK | UNIT NUMBER OF ENROLMENT | sum (IF PAST onPast (IF UNKNOWN onPast)?)?;
onPast: SKIP_WORD | CONTINUE | EXIT;
onFail: RETRY NUMBER BACKOFF duration (COMMA duration)* | ON FAILURE (CONTINUE | EXIT | BLOCK);  // workflowLine
branch: IF condition BLOCK (ELSE IF condition BLOCK)* (ELSE BLOCK)?                   // workflowLine
    | MATCH subjects BLOCK                                                            // stepRows
    | SPLIT name (BY name)? BLOCK                                                     // splitLine
    | WAIT FOR eventTrigger (SINCE_ENROLMENT ENROLMENT)? UP TO duration (BLOCK (ELSE BLOCK)?)?; // workflowLine
stepRow: patterns ARROW BLOCK;                                                        // workflowLine
outcome: name (COMMA name)* ARROW BLOCK | ELSE BLOCK;                                 // workflowLine
splitArm: HOLDOUT PERCENT | name PERCENT BLOCK;                                       // workflowLine

// ---- tests
test: TEST TEXT BLOCK;                                                                // testLine
cases: CASES TEXT FROM TEXT;
testItem: NOW moment | AFTER duration | SET name AT moment BLOCK | EXPECT expectation
    | (ID | softInTest) name (AT moment (COMMA moment)*)? (RECEIVED moment)? BLOCK?;  // recordLine
expectation: path OF name (comparison sum | IS (KNOWN | UNKNOWN) | REFUSED TEXT)
    | name NOT? IN (SEGMENT | LIST) name
    | MAILS TO name EQ LB (name (COMMA name)*)? RB
    | NO name (TEXT | name)? (TO | FOR) name (AT moment)?
    | name (TEXT | name)? (TO | FOR) name (ONCE | NUMBER TIMES)? (AT moment)? (COMMA expectedDetail)*;
expectedDetail: name (moment | TEXT | path);

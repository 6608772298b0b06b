// SPDX-License-Identifier: Apache-2.0
// Sentences of the recipe language. compiler/syntax splits a file at its declarations and a recipe at its members, and calls the
// rules marked "entry" one by one, so that an error costs one member and not the file. Decisions need one token of lookahead.
//
//   file     : (importDeclaration | listDeclaration | macroDeclaration | programDeclaration | exceptionDeclaration | tune | recipe)* ;
//   recipe   : recipeHead (onMember block? | sequence | exceptMember | countMember | unlessMember | throttleMember | markMember
//              | testMember | 'doc' block | property)* '}' ;
//   block    : '{' (markMember | property)* '}' ;
//   sequence : sequenceHead sequenceStep* '}' ;
//   tune     : tuneHead (exceptMember | alsoMember | property)* '}' ;
parser grammar RecipeParser;

options { tokenVocab = RecipeLexer; }

// entry
importDeclaration : IMPORT string ;
// entry. The word before a string is `file`.
listDeclaration : LIST name (COLON name)? ASSIGN (list | name string) ;
// entry
macroDeclaration : MACRO name parameters? ASSIGN expression ;
// entry
programDeclaration : PROGRAM programName (COMMA programName)* LBRACE programItem* RBRACE ;
// entry
exceptionDeclaration : EXCEPTION name until? WHEN expression ;
// entry. tune a, b { · tune where category == execution and importance <= low { : the word before the expression is `where`.
tuneHead : TUNE name (COMMA name)* expression? LBRACE ;
// entry. also when ...: the word is `also`.
alsoMember : name WHEN expression ;
// entry
recipeHead : RECIPE name LBRACE ;

// entry. on exec when ... · on any file write when ...
onMember : ON ANY? eventWord+ WHEN expression ;
// entry. sequence by process.tree within 30s {
sequenceHead : SEQUENCE by? WITHIN value LBRACE ;
// entry. fetch: exec when ... · not check: any file write when ...
sequenceStep : NOT? name COLON ANY? eventWord+ WHEN expression ;
// entry. An exception of its own, or the name of a shared one.
exceptMember : EXCEPT (name | string? until? WHEN expression) ;
until : UNTIL value ;
// entry
throttleMember : THROTTLE value PER value by? ;
// entry. count > 20 within 10s by process.parent
countMember : COUNT operation value WITHIN value by? ;
// entry. unless seen [process.exe, dst.domain] in 5d: the word is `seen`.
unlessMember : UNLESS name list IN value ;
by : BY name (COMMA name)* ;
// entry. mark process.tree downloaded for 10m: the word before the duration is `for`.
markMember : MARK name name name value ;
// entry. test "..." match exec { ... } then unlink after 5s { ... } then wait 30s. The words of a step: `after`, `times`, `every`,
// `under`, `importance`, `clause`. test "..." todo match each name in [perl, ruby] exec { ... } · test "..." nothing in "events.jsonl"
testMember : TEST string WORD? (MATCH | NOTHING | MARK) (IN string | testEach* testStep (THEN testStep)*) ;
testEach : WORD name IN list ;
testStep : eventWord ((stepWord value)* object | scalar) ;
stepWord : WORD | UNDER ;
// entry
property : key value ;

parameters : LPAREN (name (COMMA name)*)? RPAREN ;
programName : word | string ;
programItem : word (string | list)? ;

// Precedence: not, and, or. The body of `any p in list:` extends as far as it can, so the inner loop takes an `or` first.
expression : conjunction (OR conjunction)* ;
conjunction : negation (AND negation)* ;
negation : NOT negation | primary ;

primary
  : LPAREN expression RPAREN                                # grouped
  // any p in process.ancestors: p.name == dpkg · any argv like "--eval=*"
  | (ANY | ALL) subject comparison (COLON expression)?      # quantified
  | EXISTS name index?                                      # exists
  // count(argv) > 3
  | COUNT LPAREN subject RPAREN comparison                  # counted
  // count > 20 within 10s by process.parent: as the last term of a trigger
  | COUNT operation value WITHIN value by?                  # counting
  // process.marked downloaded
  | MARKED word                                             # marked
  | (TRUE | FALSE)                                          # constant
  // process.name == perl · writes_below("/etc") · argv option "-o" under "/tmp" · a bool field
  | subject (call | comparison)?                            # test
  ;

subject : name ((OPTION | OPERAND) value | index)? ;
index : LBRACKET value RBRACKET ;
call : LPAREN (value (COMMA value)*)? RPAREN ;

// `nocase` stands behind the operator, before `any` and `all`: argv contains nocase any ["-E", "--Eval"]
comparison : NOT? operation NOCASE? (ANY | ALL)? value ;
operation
  : EQUAL | NOT_EQUAL | LESS | LESS_EQUAL | GREATER | GREATER_EQUAL
  | IN | CONTAINS | STARTSWITH | ENDSWITH | LIKE | MATCHES | UNDER | WITHIN
  | HAS (FLAG | OPTION)?
  ;

// What stands on the right of an operator and behind a property's key.
value : string | scalar | splice | list | operandWord ;
list : LBRACKET (item (COMMA item?)*)? RBRACKET ;
item : string | scalar | splice | list | object | word ;
object : LBRACE (entry (COMMA entry?)*)? RBRACE ;
entry : (word | string) COLON item ;
splice : ELLIPSIS name ;
string : STRING | RAW | TEXT ;
scalar : INT | SIZE | DURATION | ADDRESS ;

// Any word, keywords too: in lists, as an object's key.
word
  : WORD | IMPORT | LIST | MACRO | PROGRAM | RECIPE | TUNE | EXCEPTION | ON | WHEN | EXCEPT | THROTTLE | PER | BY | DOC | TEST | MATCH | NOTHING
  | MARK | THEN | UNLESS | UNTIL | SEQUENCE | RESPOND
  | OR | AND | NOT | ANY | ALL | EXISTS | IN | CONTAINS | STARTSWITH | ENDSWITH | LIKE | MATCHES | UNDER | WITHIN | HAS | NOCASE
  | FLAG | OPTION | OPERAND | COUNT | MARKED | TRUE | FALSE
  ;
// As a property's key: not what begins another member or joins conditions.
key
  : WORD | IMPORT | LIST | MACRO | PROGRAM | RECIPE | TUNE | EXCEPTION | PER | BY | MATCH | NOTHING | ANY | ALL | EXISTS | IN | CONTAINS
  | STARTSWITH | ENDSWITH | LIKE | MATCHES | UNDER | WITHIN | HAS | NOCASE | FLAG | OPTION | OPERAND
  ;
// On the right of an operator: not what joins conditions or belongs to the operator.
operandWord
  : WORD | IMPORT | LIST | MACRO | PROGRAM | RECIPE | TUNE | EXCEPTION | ON | EXCEPT | THROTTLE | PER | BY | DOC | TEST | MATCH | NOTHING
  | MARK | THEN | UNLESS | UNTIL | SEQUENCE | RESPOND
  | EXISTS | IN | CONTAINS | STARTSWITH | ENDSWITH | LIKE | MATCHES | UNDER | WITHIN | HAS | FLAG | OPTION | OPERAND | COUNT | TRUE | FALSE
  ;
eventWord : WORD | MARK | LIST | PROGRAM | MATCH | TEST | MARKED | COUNT | EXISTS ;
// What is declared or looked up: a recipe, list, macro, parameter, variable or field.
name : WORD | LIST | PROGRAM | RECIPE | TUNE | EXCEPTION | PER | MATCH | NOTHING | FLAG ;

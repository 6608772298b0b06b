// SPDX-License-Identifier: Apache-2.0
// Words of the recipe language. The lexer reads bytes; every byte above ASCII arrives as 0x7F, because such bytes stand only in
// strings and comments. It never fails: what is no word of the language becomes UNKNOWN or one of the UNCLOSED tokens, and
// compiler/syntax says what is wrong with it. A keyword is a keyword only where the parser expects it: see `word` there.
lexer grammar RecipeLexer;

channels { COMMENTS }

// Declarations.
IMPORT : 'import' ;
LIST : 'list' ;
MACRO : 'macro' ;
PROGRAM : 'program' ;
RECIPE : 'recipe' ;
TUNE : 'tune' ;
EXCEPTION : 'exception' ;

// Members of a recipe.
ON : 'on' ;
WHEN : 'when' ;
EXCEPT : 'except' ;
THROTTLE : 'throttle' ;
PER : 'per' ;
BY : 'by' ;
DOC : 'doc' ;
TEST : 'test' ;
MATCH : 'match' ;
NOTHING : 'nothing' ;
MARK : 'mark' ;
THEN : 'then' ;
UNLESS : 'unless' ;
UNTIL : 'until' ;
SEQUENCE : 'sequence' ;
// Not supported yet: a member that begins with it is passed over as a whole.
RESPOND : 'respond' ;

// Conditions.
OR : 'or' ;
AND : 'and' ;
NOT : 'not' ;
ANY : 'any' ;
ALL : 'all' ;
EXISTS : 'exists' ;
IN : 'in' ;
CONTAINS : 'contains' ;
STARTSWITH : 'startswith' ;
ENDSWITH : 'endswith' ;
LIKE : 'like' ;
MATCHES : 'matches' ;
UNDER : 'under' ;
WITHIN : 'within' ;
HAS : 'has' ;
NOCASE : 'nocase' ;
FLAG : 'flag' ;
OPTION : 'option' ;
OPERAND : 'operand' ;
COUNT : 'count' ;
MARKED : 'process.marked' | 'file.marked' ;
TRUE : 'true' ;
FALSE : 'false' ;

EQUAL : '==' ;
NOT_EQUAL : '!=' ;
LESS_EQUAL : '<=' ;
GREATER_EQUAL : '>=' ;
LESS : '<' ;
GREATER : '>' ;
ASSIGN : '=' ;
LBRACE : '{' ;
RBRACE : '}' ;
LBRACKET : '[' ;
RBRACKET : ']' ;
LPAREN : '(' ;
RPAREN : ')' ;
COMMA : ',' ;
COLON : ':' ;
ELLIPSIS : '...' ;

// 7, -1, 0x1f, 0o755, 4KiB.
INT : '-'? DIGIT+ | '0x' HEX+ | '0o' [0-7]+ ;
SIZE : DIGIT+ ('KiB' | 'MiB' | 'GiB') ;
DURATION : DIGIT+ ('ms' | 's' | 'm' | 'h' | 'd') ;
// 10.0.0.1, 10.0.0.0/8, ::1, fe80::1/64.
ADDRESS
  : DIGIT+ '.' DIGIT+ '.' DIGIT+ '.' DIGIT+ ('/' DIGIT+)?
  | (GROUP GROUP? GROUP? GROUP? GROUP? GROUP? GROUP? | ':') ':' [0-9a-fA-F:.]* ('/' DIGIT+)?
  | GROUP GROUP GROUP GROUP GROUP GROUP GROUP HEX HEX? HEX? HEX? ('/' DIGIT+)?
  ;

// perl, python3.11, x86-64, g++, process.parent.name, T1059.004, 7z.
WORD : LETTER+ (('.' | [+\-]+) LETTER+)* '+'* ;

// """...""" before "...": the longest match wins, so an UNCLOSED form is taken only where no end follows.
TEXT : '"""' TEXT_BODY '"""' ;
UNCLOSED_TEXT : '"""' TEXT_BODY '"'? '"'? '\\'? ;
STRING : '"' STRING_BODY '"' ;
UNCLOSED_STRING : '"' STRING_BODY '\\'? ;
// Raw: no escapes. r#"..."# holds quotes.
RAW : 'r"' ~["\r\n]* '"' | 'r#"' RAW_BODY '"'+ '#' ;
UNCLOSED_RAW : 'r"' ~["\r\n]* | 'r#"' RAW_BODY '"'* ;

COMMENT : '#' ~[\r\n]* -> channel(COMMENTS) ;
SPACE : [ \t\r\n]+ -> skip ;
UNKNOWN : . ;

fragment DIGIT : [0-9] ;
fragment HEX : [0-9a-fA-F] ;
fragment GROUP : HEX (HEX (HEX HEX?)?)? ':' ;
fragment LETTER : [A-Za-z0-9_] ;
fragment STRING_BODY : (~["\\\r\n] | '\\' ~[\r\n])* ;
fragment TEXT_BODY : (TEXT_BYTE | '"' TEXT_BYTE | '""' TEXT_BYTE)* ;
fragment TEXT_BYTE : ~["\\] | '\\' . ;
fragment RAW_BODY : (~["\r\n] | '"'+ ~["#\r\n])* ;

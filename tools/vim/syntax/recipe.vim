" SPDX-License-Identifier: Apache-2.0
" Colours of recipes. tests/house/editors_test.cpp holds the keywords together with those of grammar/RecipeLexer.g4.
if exists('b:current_syntax')
  finish
endif
let s:cpo = &cpo
set cpo&vim

" A word may hold dots, dashes and pluses: `or` in x-or-y is no keyword. Fields and keywords are whole words.
syntax match recipeWord "\v[A-Za-z0-9_]+([.]|[+-]+)[A-Za-z0-9_.+-]*" contains=recipeField,recipeMarked,recipeAttack
syntax match recipeField "\v<[a-z_]+([.][a-z_]+)+>" contained
syntax match recipeMarked "\v<%(process|file)[.]marked>" contained
syntax match recipeAttack "\v<T\d{4}([.]\d{3})?>"

syntax keyword recipeDeclaration import program tune
syntax keyword recipeDeclaration list macro recipe exception nextgroup=recipeName skipwhite
syntax keyword recipeStatement when except throttle per by doc test mark unless until sequence respond
syntax keyword recipeStatement on match nothing then nextgroup=recipeEvent skipwhite
syntax keyword recipeOperator or and not any all exists in startswith endswith like matches under within has nocase
syntax keyword recipeOperator flag option operand count
" `contains` would be an argument of `syntax keyword`.
syntax match recipeOperator "\<contains\>"
syntax keyword recipeBoolean true false
syntax match recipeKey "\v^\s+\zs%(title|category|method|importance|attack|tags|version|status|author|references|false_positives|evasions|also|enabled|deprecated|report|message|quick|analysis|implications|actions)\ze\s"

" What stands behind a keyword.
syntax match recipeName contained "\w\+"
syntax match recipeEvent contained "\v[a-z_]+\ze%(\s+when>|\s*\{|\s+after>)"
syntax match recipeSplice "\.\.\.\w\+"

syntax match recipeNumber "\v<%(0x[0-9a-fA-F]+|0o[0-7]+|\d+%(KiB|MiB|GiB|ms|[smhd])?)>"
syntax match recipeAddress "\v<\d+\.\d+\.\d+\.\d+%(/\d+)?>"
syntax match recipeCompare "[=!<>]=\|[<>=]"

syntax match recipeEscape contained "\v\\%(x\x{2}|u\{\x+\}|.)"
syntax match recipePlaceholder contained "{[a-z_.]\+}"
syntax region recipeString start=+"+ skip=+\\.+ end=+"+ oneline contains=recipeEscape,recipePlaceholder
syntax region recipeText start=+"""+ skip=+\\.+ end=+"""+ contains=recipeEscape
syntax region recipeRaw start=+\<r"+ end=+"+ oneline
syntax region recipeRaw start=+\<r#"+ end=+"#+ oneline

syntax match recipeComment "#.*$" contains=recipeAllow,recipeTodo,@Spell
syntax match recipeAllow contained "\v#\s*allow\(\w+\)"
syntax keyword recipeTodo contained TODO FIXME

syntax sync minlines=200

highlight default link recipeDeclaration Structure
highlight default link recipeStatement Statement
highlight default link recipeOperator Operator
highlight default link recipeBoolean Boolean
highlight default link recipeKey Type
highlight default link recipeName Function
highlight default link recipeEvent Function
highlight default link recipeField Identifier
highlight default link recipeMarked Identifier
highlight default link recipeAttack Constant
highlight default link recipeSplice Special
highlight default link recipeNumber Number
highlight default link recipeAddress Number
highlight default link recipeCompare Operator
highlight default link recipeEscape SpecialChar
highlight default link recipePlaceholder Special
highlight default link recipeString String
highlight default link recipeText String
highlight default link recipeRaw String
highlight default link recipeComment Comment
highlight default link recipeAllow PreProc
highlight default link recipeTodo Todo

let b:current_syntax = 'recipe'
let &cpo = s:cpo
unlet s:cpo

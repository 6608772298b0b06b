" SPDX-License-Identifier: Apache-2.0
" vim -Nnu NONE -i NONE -es -S tools/vim/test/syntax.vim: what vim makes of words whose group is known. Exit 1: one differs; it is said.
let s:here = expand('<sfile>:p:h:h')
let &runtimepath = s:here . ',' . $VIMRUNTIME
filetype plugin on
syntax on
let s:failed = []

" The group of the first character of `words`, in a file of these lines.
function! s:Group(lines, words) abort
  enew!
  call setline(1, a:lines)
  set filetype=recipe
  call cursor(1, 1)
  let l:place = searchpos('\V' . escape(a:words, '\'), 'cW')
  let l:group = synIDattr(synID(l:place[0], l:place[1], 1), 'name')
  bwipeout!
  return l:group
endfunction

function! s:Check(lines, words, group) abort
  let l:found = s:Group(a:lines, a:words)
  if l:found != a:group
    call add(s:failed, a:words . ' in ' . string(a:lines) . ': ' . l:found . ', not ' . a:group)
  endif
endfunction

function! s:When(condition) abort
  return ['recipe a {', '  on exec when ' . a:condition, '}']
endfunction

call s:Check(['recipe a_name {', '}'], 'recipe', 'recipeDeclaration')
call s:Check(['recipe a_name {', '}'], 'a_name', 'recipeName')
call s:Check(['recipe a {', '  importance high', '}'], 'importance', 'recipeKey')
call s:Check(['recipe a {', '  attack [T1059.004]', '}'], 'T1059', 'recipeAttack')
call s:Check(s:When('process.name == perl'), 'exec', 'recipeEvent')
call s:Check(s:When('process.name == perl'), 'when', 'recipeStatement')
call s:Check(s:When('process.name == perl'), 'process.name', 'recipeField')
call s:Check(s:When('process.name == perl'), '==', 'recipeCompare')
call s:Check(s:When('argv not contains x'), 'contains', 'recipeOperator')
call s:Check(s:When('process.name not in [x]'), 'not', 'recipeOperator')
call s:Check(s:When('process.marked downloaded'), 'process.marked', 'recipeMarked')
call s:Check(s:When('process.name in [x-or-y]'), 'or-y', 'recipeWord')
call s:Check(s:When('process.name in ...pythons'), '...pythons', 'recipeSplice')
call s:Check(s:When('process.age < 10m'), '10m', 'recipeNumber')
call s:Check(s:When('process.name == "a # b"'), '# b', 'recipeString')
call s:Check(s:When('process.name == "a\n"'), '\n', 'recipeEscape')
call s:Check(s:When('process.name matches r"^a$"'), '^a', 'recipeRaw')
call s:Check(['recipe a {', '  doc {', '    quick """one', '    two or three"""', '  }', '}'], 'or three', 'recipeText')
call s:Check(['recipe a {', '  message "{process.name} ran"', '}'], '{process', 'recipePlaceholder')
call s:Check(['# allow(missing_test): none yet'], '# allow', 'recipeAllow')
call s:Check(['# recipe a'], 'recipe a', 'recipeComment')

" Every recipe of the repository ends outside of strings.
for s:path in glob(s:here . '/../../rules/**/*.recipe', 0, 1)
  execute 'edit ' . fnameescape(s:path)
  if &filetype !=# 'recipe'
    call add(s:failed, s:path . ' is taken for ' . &filetype)
  endif
  call append('$', '# end')
  syntax sync fromstart
  let s:group = synIDattr(synID(line('$'), 1, 1), 'name')
  if s:group !=# 'recipeComment'
    call add(s:failed, s:path . ' ends within ' . s:group)
  endif
  bwipeout!
endfor

if empty(s:failed)
  0cquit
endif
for s:line in s:failed
  echo s:line
endfor
cquit

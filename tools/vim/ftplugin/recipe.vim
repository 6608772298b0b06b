" SPDX-License-Identifier: Apache-2.0
" How recipes are typed: two spaces, # for comments; `recipec fmt` lays out, `recipec check` is :make.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal expandtab shiftwidth=2 softtabstop=2 textwidth=128
setlocal comments=:# commentstring=#\ %s formatoptions-=t formatoptions+=croql
setlocal iskeyword=@,48-57,_
setlocal suffixesadd=.recipe
setlocal include=^import
setlocal makeprg=recipec\ check\ --format\ github\ %:S
setlocal errorformat=::%trror\ file=%f\\,line=%l\\,col=%c%.%#::%m,::%tarning\ file=%f\\,line=%l\\,col=%c%.%#::%m
if executable('recipec')
  setlocal formatprg=recipec\ fmt\ -
endif

let b:undo_ftplugin = 'setlocal expandtab< shiftwidth< softtabstop< textwidth< comments< commentstring< formatoptions<'
      \ . ' iskeyword< suffixesadd< include< makeprg< errorformat< formatprg<'

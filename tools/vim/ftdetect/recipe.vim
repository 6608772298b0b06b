" SPDX-License-Identifier: Apache-2.0
" Files of recipes by their name. Not `setfiletype`: vim knows the ending from the package manager Conary.
autocmd BufNewFile,BufRead *.recipe set filetype=recipe

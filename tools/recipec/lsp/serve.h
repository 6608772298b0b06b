// SPDX-License-Identifier: Apache-2.0
// The server over two descriptors, until the editor says `exit` or closes its end.
#pragma once
#include "tools/recipec/lsp/server.h"

namespace recipe::lsp {

// options.send is set here. The exit code: 0 where the editor said `shutdown` before it left, else 1.
int serve(int in, int out, ServerOptions options);

}  // namespace recipe::lsp

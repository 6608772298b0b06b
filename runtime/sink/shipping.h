// SPDX-License-Identifier: Apache-2.0
// Shipping: a destination whose transport may be slow, dead and alive again. A thread of its own sends; the engine only puts
// into a bounded queue and never waits.
//
//   put → queue in memory ─(transport works)→ transport
//            └─(it does not)→ spool on disk ─(it works again)→ transport      oldest first, both ways
//
// What fits neither queue nor spool is refused and counted. A batch that may have arrived is sent again: at least once.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "runtime/sink/destination.h"
#include "runtime/sink/spool.h"
#include "runtime/sink/transport.h"

namespace recipe {

struct ShippingOptions {
  std::string name;                                                   // for messages: "https://...", without credentials
  std::optional<Spool> spool;                                         // without it what waits at the end is lost
  size_t queue_bytes = 4u << 20;                                      // in memory
  std::chrono::milliseconds first_pause{200}, longest_pause{30'000};  // between tries, doubled each time, with chance
  std::chrono::milliseconds patience{10'000};                         // how long close() waits for what is left
};

[[nodiscard]] std::unique_ptr<Destination> make_shipping(std::unique_ptr<Transport> transport, ShippingOptions options);

}  // namespace recipe

// SPDX-License-Identifier: Apache-2.0
// Observer: events of a watched tree → the things it did, each once, with who did it first; compared with a baseline at the
// end.
//
//   exec                                   exec   the program, and the script whose #! line named it
//   open to write, rename, link, ...       write  the place; /dev/null and its kin, pipes and sockets are none
//   connect                                connect  by the name that was asked for, where an answer brought the address
//   dns                                    ask    the name
//
// Memory is bounded: what finds no room is counted, and the comparison says so.
#pragma once
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/baseline/baseline.h"
#include "runtime/baseline/generalise.h"
#include "runtime/coverage.h"
#include "runtime/event.h"

namespace recipe {

class Observer {
 public:
  static constexpr size_t kMostThings = 16'384, kMostAddresses = 4'096, kMostNames = 8, kMostNovelties = 1'000;

  // What must be let through for it, each event of the catalogue once.
  [[nodiscard]] static std::span<const EventId> events();

  // root: the process whose descendants are told apart by their names. mask: hides secrets in a text before it is kept.
  Observer(RunPlaces places, int64_t root, std::function<void(std::string&)> mask);

  // recipe: one that detected the event; "" where none did.
  void observe(const Event& event, std::string_view recipe);

  [[nodiscard]] std::vector<Thing> things() const;
  [[nodiscard]] uint64_t without_room() const { return without_room_; }
  // Fills known, fresh, detected, the novelties and how many of them are left out.
  void compare(const Baseline& baseline, BaselineCoverage& result) const;

 private:
  struct Fact {
    std::string example, process, cmdline, recipe;  // of the first event; of recipes the first
    std::vector<std::string> others;                // a peer by the other names of its address
    uint64_t count = 0;
    int64_t time_unix_ns = 0;
  };
  using Facts = std::map<Thing, Fact>;

  void note(ThingKind kind, std::string_view raw, const Event& event, std::string_view recipe);
  void note_program(const Event& event, std::string_view recipe);
  void note_written(const Event& event, std::string_view recipe);
  void note_peer(const Event& event, std::string_view recipe);
  void learn_names(const Event& event);
  [[nodiscard]] Thing spell(ThingKind kind, std::string_view raw) const;
  Fact* add(Thing thing, std::string_view raw, const Event& event);
  [[nodiscard]] std::string line_of(const Event& event) const;

  Generaliser generaliser_;
  int64_t root_;
  std::function<void(std::string&)> mask_;
  Facts facts_;
  std::unordered_map<std::string, Fact*> spelled_;                   // by kind and raw text: what has been spelled before
  std::unordered_map<std::string, std::vector<std::string>> names_;  // of an address, generalised, the last asked for last
  uint64_t without_room_ = 0;
};

}  // namespace recipe

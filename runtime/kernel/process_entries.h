// SPDX-License-Identifier: Apache-2.0
// The array by pid that the probes keep: who forked whom, who is watched, and the tags of ancestors. Here it gets what was
// there before the probes. Private to runtime/kernel.
#pragma once
#include <cstdint>
#include <span>

#include "bpf/abi/filter_image.h"
#include "bpf/abi/maps.h"
#include "runtime/artefact/lay_out.h"
#include "runtime/kernel/mapped.h"

namespace recipe {

class ProcessEntries {
 public:
  [[nodiscard]] static uint32_t limit();  // entries: kernel.pid_max, within what Linux allows

  [[nodiscard]] Status map(int fd, uint32_t entries);
  [[nodiscard]] Status watch(uint32_t pid);
  [[nodiscard]] uint32_t birth_parent(uint32_t pid) const;  // 0: unknown

  // Processes that were there before the probes: the parent that /proc names. What a probe has written meanwhile stays.
  void fill_parents() const;

  // Tags are bits that mean something else under each filter: before a switch nobody's count any more. After it the probes
  // write those of processes that exec and fork; fill_tags adds what /proc says, and calls known only processes all of whose
  // ancestors could be read.
  void forget_tags() const;
  void fill_tags(const FilterImage& image, const filter_header& header) const;

  // Marks stay what they are under another filter: where a process has a bit of `from` it gets that of `to` too.
  struct MovedMark {
    uint32_t from = 0, to = 0;
  };
  void move_marks(std::span<const MovedMark> moved) const;

 private:
  [[nodiscard]] process_entry& entry(uint32_t pid) const { return *memory_.at<process_entry>(pid); }
  template <class Each>
  void for_each_process(Each each) const;

  Mapped memory_;
  uint32_t entries_ = 0;
};

}  // namespace recipe
